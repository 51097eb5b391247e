// The table of records: sorted and filtered here, with only the rows in the document that are seen.

// The columns of data.records as records.
const records = (() => {
  const {records: columns, texts, shapes, places, parameters} = data;
  const count = columns.operation.length;
  const spread = ({usual, at, are}, length = count) => {
    const all = new Array(length).fill(usual);
    at.forEach((place, i) => { all[place] = are[i]; });
    return all;
  };
  const leftOut = spread(columns.left_out_before);
  const options = spread(columns.options);
  const names = spread(columns.name);
  const inputNames = spread(columns.input_name, columns.inputs.length);
  const badValues = spread(columns.value.non_finite);
  const badGradients = spread(columns.gradient.non_finite);
  const sizes = shapes.map(shape => shape.reduce((product, extent) => product * extent, 1));
  const shapeTexts = shapes.map(shape => `[${shape.join(', ')}]`);
  let number = -1;
  let input = 0;
  return columns.operation.map((operation, i) => {
    number += 1 + leftOut[i];
    const inputs = [];
    for (const end = input + columns.input_count[i]; input < end; ++input) {
      const back = columns.inputs[input];
      inputs.push(texts[inputNames[input]] || (back > 0 ? `#${number - back}` : back < 0 ? 'parameter' : 'constant'));
    }
    const size = sizes[columns.shape[i]];
    const [file, line] = places[columns.place[i]];
    return {
      number, operation: texts[operation], options: texts[options[i]], name: texts[names[i]],
      inputs: inputs.join(', '), shape: shapeTexts[columns.shape[i]], size,
      value: columns.value.norm[i], valueZeros: columns.value.zeros[i],
      gradient: columns.gradient.norm[i], gradientZeros: columns.gradient.zeros[i],
      bad: badValues[i] + badGradients[i], badValue: badValues[i], badGradient: badGradients[i],
      line: `${texts[file]}:${line}`,
    };
  });
})();

// As the library writes them: four digits, of two that are equally near the even one, and percentages that are never
// rounded to none or all.
const format = options => new Intl.NumberFormat('en-US', {useGrouping: false, roundingMode: 'halfEven', ...options});
const plain = format({maximumSignificantDigits: 4});
const scientific = format({maximumSignificantDigits: 4, notation: 'scientific'});
const tenths = format({minimumFractionDigits: 1, maximumFractionDigits: 1});
function readable(number) {
  if (number === null) return '';
  if (typeof number === 'string') return {nan: 'NaN', inf: 'infinity', '-inf': '-infinity'}[number];
  const [mantissa, power] = scientific.format(number).split('E');
  if (power >= -4 && power < 4) return plain.format(number);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
function share(part, whole) {
  if (whole === 0) return '';
  if (part === 0) return '0 %';
  if (part === whole) return '100 %';
  const percent = 100 * part / whole;
  return percent < 0.1 ? '< 0.1 %' : percent > 99.9 ? '> 99.9 %' : `${tenths.format(percent)} %`;
}

if (records.length > 0) {
  const rowHeight = 40;  // two lines of text
  const headHeight = 34;
  const spare = 8;  // rows above and below what is seen
  const grouped = number => number.toLocaleString('en-US');
  const result = record => (record.name ? `${record.name} = ` : '') + record.operation;
  const twoLines = (...children) => [element('div', {className: 'two-lines'}, ...children)];
  const call = record =>
    record.options ? twoLines(result(record), ' ', element('small', {}, record.options)) : twoLines(result(record));
  const numeric = number => number === null || typeof number === 'string' ? -1 : number;
  // title, class of the column, what a cell shows, what it is sorted by, name where the title alone would not do
  const columns = [
    ['#', 'number', r => [String(r.number)], r => r.number],
    ['operation', 'call', call, r => r.operation],
    ['inputs', 'inputs', r => twoLines(r.inputs), r => r.inputs],
    ['shape', 'shape', r => [r.shape], r => r.size],
    ['\u2016value\u2016', 'norm', r => [readable(r.value)], r => numeric(r.value)],
    ['zero', 'share', r => [share(r.valueZeros, r.size)], r => r.valueZeros / r.size || 0, 'zero values'],
    ['\u2016gradient\u2016', 'norm', r => [readable(r.gradient)], r => numeric(r.gradient)],
    ['zero', 'share', r => r.gradient === null ? [''] : [share(r.gradientZeros, r.size)],
      r => r.gradient === null ? -1 : r.gradientZeros / r.size || 0, 'zero gradients'],
    ...(records.every(r => !r.bad) ? [] : [['not finite', 'bad-count', r => r.bad ? [`${grouped(r.badValue)} / ${grouped(r.badGradient)}`] : [''], r => r.bad]]),
    ['line', 'place', r => [r.line], r => r.line],
  ];

  let order = records.map((_, i) => i);
  let sortedBy = 0;
  let descending = false;
  let selected = -1;  // place in `records`
  let searchable = null;

  const filter = element('input', {type: 'search', id: 'filter', autocomplete: 'off', spellcheck: false});
  const status = element('p', {role: 'status', id: 'records-status'});
  const body = element('tbody');
  const buttons = columns.map(([title, , , , name = title], i) => {
    const button = element('button', {type: 'button', 'aria-label': name}, title, element('span', {'aria-hidden': 'true'}));
    button.addEventListener('click', () => {
      // Numbers are most often sought from the greatest down, texts and places from the first up.
      descending = sortedBy === i ? !descending : i >= 3 && i < columns.length - 1;
      sortedBy = i;
      update();
    });
    return button;
  });
  const heads = columns.map(([, kind], i) => element('th', {scope: 'col', className: kind}, buttons[i]));
  // Columns of text are as wide as their longest one, within limits; the operation gets the rest.
  for (const [kind, property, most] of [['inputs', 'inputs', 12.4], ['shape', 'shape', 8], ['place', 'line', 12]]) {
    const longest = Math.max(...records.map(record => record[property].length));
    const head = heads.find(({className}) => className === kind);
    head.style.width = `${Math.max(4.6, Math.min(most, 0.44 * longest + 1))}rem`;
  }
  const table = element('table', {id: 'records-table', role: 'grid', tabIndex: 0, 'aria-labelledby': 'records-heading',
    'aria-describedby': 'records-help'}, element('thead', {}, element('tr', {'aria-rowindex': 1}, ...heads)), body);
  const sizer = element('div', {className: 'sizer'}, table);
  const view = element('div', {className: 'view'}, sizer);
  const help = element('p', {id: 'records-help', className: 'legend'},
    'Arrow keys, page up and down, home and end choose a record; a heading sorts.');
  // Below the table, and reached by the tabulator: what the table has no room for.
  const chosen = element('div', {id: 'record-details', role: 'group', tabIndex: 0, 'aria-label': 'The chosen record'},
    'No record is chosen yet.');
  document.getElementById('records').append(
    element('div', {className: 'toolbar'}, element('label', {htmlFor: 'filter'}, 'Filter '), filter, status), view, help, chosen);

  function describe(record) {
    const numbers = (norm, zeros, bad) => `norm ${readable(norm)}, ${share(zeros, record.size) || 'none'} zero` +
      (bad ? `, ${grouped(bad)} not finite` : '');
    const facts = [
      ['record', `#${record.number}`], ['operation', result(record)], ['options', record.options || 'none'],
      ['inputs', record.inputs || 'none'], ['shape', record.shape],
      ['value', numbers(record.value, record.valueZeros, record.badValue)],
      ['gradient', record.gradient === null ? 'none' : numbers(record.gradient, record.gradientZeros, record.badGradient)],
      ['line', record.line]];
    chosen.replaceChildren(element('dl', {}, ...facts.flatMap(([name, text]) => [element('dt', {}, name), element('dd', {}, text)])));
  }

  function draw() {
    const first = Math.max(0, Math.floor(view.scrollTop / rowHeight) - spare);
    const last = Math.min(order.length, Math.ceil((view.scrollTop + view.clientHeight) / rowHeight) + spare);
    const rows = [];
    for (let i = first; i < last; ++i) {
      const record = records[order[i]];
      const row = element('tr', {id: `record-${order[i]}`, 'aria-rowindex': i + 2, 'aria-selected': order[i] === selected});
      for (const [, kind, show] of columns) row.append(element('td', {className: kind}, ...show(record)));
      for (const cut of row.querySelectorAll('.call, .inputs, .place')) cut.title = cut.textContent;
      if (record.bad) row.classList.add('bad');
      rows.push(row);
    }
    body.replaceChildren(...rows);
    table.style.marginTop = `${first * rowHeight}px`;
    if (body.querySelector('[aria-selected=true]')) table.setAttribute('aria-activedescendant', `record-${selected}`);
    else table.removeAttribute('aria-activedescendant');
  }

  function update() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    searchable ??= words.length ? records.map(r =>
      [`#${r.number}`, r.name, r.operation, r.options, r.inputs, r.shape, r.line].join(' ').toLowerCase()) : null;
    order = records.map((_, i) => i);
    if (words.length) order = order.filter(i => words.every(word => searchable[i].includes(word)));
    const keys = records.map(columns[sortedBy][3]);
    const direction = descending ? -1 : 1;
    order.sort((a, b) => (keys[a] < keys[b] ? -direction : keys[a] > keys[b] ? direction : a - b));
    heads.forEach((head, i) => {
      const sort = i !== sortedBy ? 'none' : descending ? 'descending' : 'ascending';
      head.setAttribute('aria-sort', sort);
      buttons[i].lastChild.textContent = {none: '', ascending: ' \u25B2', descending: ' \u25BC'}[sort];
    });
    table.setAttribute('aria-rowcount', order.length + 1);
    sizer.style.height = `${headHeight + order.length * rowHeight}px`;
    const all = data.records_in_all > records.length ? `${grouped(records.length)}, a sample of ${grouped(data.records_in_all)}`
      : grouped(records.length);
    status.textContent = `${grouped(order.length)} of ${all} records shown`;
    view.scrollTop = 0;
    draw();
  }

  function select(record, reveal = true) {
    selected = record;
    const place = order.indexOf(record);
    const least = (place + 1) * rowHeight + headHeight - view.clientHeight;
    if (reveal && place >= 0) view.scrollTop = Math.min(place * rowHeight, Math.max(least, view.scrollTop));
    draw();
    describe(records[record]);
    flow.mark(record);
  }

  // The drawing of the gradient along the tape: a slider below it, which the keyboard moves, too.
  const flow = (() => {
    const drawing = document.getElementById('flow');
    const needle = document.getElementById('flow-mark');
    const left = Number(drawing.dataset.left);
    const right = Number(drawing.dataset.right);
    const slider = element('input', {type: 'range', id: 'flow-slider', min: 0, max: records.length - 1, step: 1, value: 0});
    const output = element('output', {htmlFor: 'flow-slider'});
    const place = document.getElementById('flow-place');
    place.append(element('label', {htmlFor: 'flow-slider'}, 'Record'), slider, output);
    // The slider begins where the bars do.
    place.style.gridTemplateColumns = `minmax(max-content, calc(${100 * left / right}% - 0.75rem)) 1fr`;
    place.hidden = false;
    const mark = record => {
      const {number, name, operation, options, inputs, shape, gradient, line} = records[record];
      const words = `#${number} ${name ? `${name} = ` : ''}${operation}(${[inputs, options].filter(Boolean).join('; ')}), shape ${shape}, ` +
        (gradient === null ? 'no gradient' : `norm of the gradient ${readable(gradient)}`) + `, ${line}`;
      const x = left + (right - left) * (record + 0.5) / records.length;
      needle.setAttribute('transform', `translate(${x} 0)`);
      needle.setAttribute('visibility', 'visible');
      slider.value = record;
      slider.setAttribute('aria-valuetext', words);
      output.textContent = words;
    };
    slider.addEventListener('input', () => select(Number(slider.value)));
    drawing.addEventListener('click', event => {
      const box = drawing.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * drawing.viewBox.baseVal.width;
      select(Math.max(0, Math.min(records.length - 1, Math.floor((x - left) / (right - left) * records.length))));
    });
    return {mark};
  })();

  let waiting = 0;
  filter.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(update, 80);
  });
  view.addEventListener('scroll', draw);
  addEventListener('resize', draw);
  body.addEventListener('click', event => {
    const row = event.target.closest('tr');
    if (row) select(Number(row.id.slice('record-'.length)), false);
  });
  table.addEventListener('keydown', event => {
    if (event.target !== table || event.altKey || event.ctrlKey || event.metaKey || order.length === 0) return;
    const page = Math.max(1, Math.floor((view.clientHeight - headHeight) / rowHeight) - 1);
    const at = order.indexOf(selected);
    const to = {ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: order.length - 1}[event.key];
    if (to === undefined) return;
    event.preventDefault();
    select(order[Math.max(0, Math.min(order.length - 1, to))]);
  });
  update();
  performance.mark('records drawn');
}
