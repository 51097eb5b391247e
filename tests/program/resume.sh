#!/usr/bin/env bash
# A training that is killed at 50 random moments and goes on each time ends with the bytes of one that never was.
#   bash tests/program/resume.sh PROGRAM DATA-FOLDER WORK-FOLDER [SEED]
set -euo pipefail
program=$1 data=$2 work=$3 RANDOM=${4:-7}
kills=50

rm -rf "$work"
mkdir -p "$work"
cd "$work"

options=(train --train "$data/rank.train.gz" --valid "$data/rank.test.gz" --epochs 12 --patience 11 --dropout 0.1
  --loss 'soft_ndcg + 0.3 * spearman' --hidden 16 --seed 3 --threads 1 --quiet)

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# Ends with the program's status, or 137 where the signal came first.
run_killed_after() {
  local milliseconds=$1 status=0 process
  shift
  "$program" "${options[@]}" "$@" >>log.txt 2>&1 &
  process=$!
  sleep "$(printf '0.%03d' "$milliseconds")"
  kill -KILL $process 2>/dev/null || true  # it may be done
  wait $process 2>/dev/null || status=$?
  return $status
}

"$program" "${options[@]}" --model whole.safetensors >whole.txt
[ ! -e whole.safetensors.checkpoint ] || fail "a finished training leaves its checkpoint"

killed=0 finished=0
while [ $killed -lt $kills ]; do
  status=0
  run_killed_after $((RANDOM % 450 + 20)) --model cut.safetensors --checkpoint-seconds 0 --resume || status=$?
  case $status in
    0)
      finished=$((finished + 1))
      cmp whole.safetensors cut.safetensors || fail "after $killed kills the model differs"
      rm cut.safetensors
      ;;
    137) killed=$((killed + 1)) ;;
    *)
      tail -n 5 log.txt >&2
      fail "after $killed kills the program ended with status $status"
      ;;
  esac
done
"$program" "${options[@]}" --model cut.safetensors --resume >>log.txt 2>&1 || fail "the last run: $(tail -n 2 log.txt)"
cmp whole.safetensors cut.safetensors || fail "after $killed kills the model differs"
going_on=$(grep -c '^Going on from' log.txt) || fail "no run found a checkpoint"

# Ctrl-C: says how to go on, with a status of its own.
"$program" "${options[@]}" --epochs 100000 --patience 0 --model interrupted.safetensors >interrupted.txt 2>&1 &
process=$!
for _ in $(seq 300); do
  grep -q '^Adam at' interrupted.txt && break
  sleep 0.1
done
sleep 0.5
kill -INT $process
status=0
wait $process || status=$?
[ $status -eq 130 ] || fail "an interrupted training ended with status $status, not 130"
grep -q 'the same command with --resume goes on from interrupted.safetensors.checkpoint' interrupted.txt ||
  fail "an interrupted training says: $(tail -n 1 interrupted.txt)"

# Another training's checkpoint is refused, with what differs.
status=0
"$program" "${options[@]}" --epochs 99999 --patience 0 --model interrupted.safetensors --resume >other.txt 2>&1 || status=$?
[ $status -eq 2 ] || fail "another training's checkpoint: status $status"
grep -q -- "--epochs was '100000' and is '99999'" other.txt || fail "another training's checkpoint: $(tail -n 1 other.txt)"

echo "killed $killed times, went on $going_on times, finished $((finished + 1)) times with the same bytes"
