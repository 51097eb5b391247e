"""test_report.py FOLDER: opens the reports there in Chromium. The last line is "N passed, N failed"."""

import json
import re
import statistics
import sys
import traceback
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from reports import Report, chromium

PAGES = ["trained", "long", "sampled", "hostile", "faulty", "crowded", "raw_scores", "empty"]
FOLDER = Path(sys.argv[1]).resolve()
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def equal(found, wanted, what=""):
    assert found == wanted, f"{what}: {found!r} is not {wanted!r}"


def rows_of(report, table):
    return report.page.eval_on_selector_all(
        f"{table} tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )


def data_of(report):
    return json.loads(report.page.evaluate("document.getElementById('data').textContent"))


@test
def pages_ask_for_nothing_and_say_nothing(browser):
    for name in PAGES:
        for scheme in ["light", "dark"]:
            with Report(browser, FOLDER, name, color_scheme=scheme) as report:
                report.page.wait_for_timeout(50)
                equal(report.requests, [report.path.as_uri()], name)
                elements = report.count("*")
                assert elements <= 3000, f"{name} has {elements} elements"
                wide = report.page.evaluate("document.documentElement.scrollWidth > innerWidth")
                assert not wide, f"{name} scrolls sideways"
                if scheme == "light":
                    print(f"  {name}: {report.path.stat().st_size} bytes, {elements} elements")


@test
def sizes_stay_within_their_limits(browser):
    limits = {"long": 1_200_000, "sampled": 2_000_000}
    for name, limit in limits.items():
        equal((FOLDER / f"{name}.html").stat().st_size <= limit, True, name)
    scripts = re.findall(r"<script>(.*?)</script>", (FOLDER / "empty.html").read_text(), re.S)
    equal(len(scripts), 1)
    assert len(scripts[0]) <= 25_000, f"the script has {len(scripts[0])} bytes"


@test
def ten_thousand_records_are_painted_in_half_a_second(browser):
    painted, longest = [], []
    for _ in range(5):
        with_observer = Report(browser, FOLDER, "long")
        with_observer.page.add_init_script(
            "window.tasks = [0]; new PerformanceObserver(list => tasks.push(...list.getEntries().map(e => e.duration)))"
            ".observe({type: 'longtask', buffered: true})"
        )
        with with_observer as report:
            report.wait_until("performance.getEntriesByType('paint').length > 0")
            painted.append(
                report.page.evaluate(
                    "Math.max(...[...performance.getEntriesByType('paint'),"
                    " ...performance.getEntriesByName('records drawn')].map(entry => entry.startTime))"
                )
            )
            longest.append(report.page.evaluate("Math.max(...tasks)"))
    print(f"  painted after {statistics.median(painted):.0f} ms, longest task {statistics.median(longest):.0f} ms")
    # The bar is 500 ms, which the quickest load must meet: others may share the machine with something else.
    assert min(painted) <= 500, f"painted after {painted} ms"


@test
def records_are_filtered_by_keyboard(browser):
    with Report(browser, FOLDER, "long") as report:
        count = len(data_of(report)["records"]["operation"])
        equal(report.text("#records-status"), f"{count:,} of {count:,} records shown")
        report.focus_by_tab("#filter")
        report.page.keyboard.type("relu #4")
        report.wait_until("!/^(9|10),/.test(document.getElementById('records-status').textContent)")
        shown = rows_of(report, "#records-table")
        assert shown and all("relu" in row[1] and "#4" in row[0] + row[2] or "#4" in "#" + row[0] for row in shown), shown[:3]
        report.page.keyboard.press("Control+a")
        report.page.keyboard.type("no such thing")
        report.wait_until("document.getElementById('records-status').textContent.startsWith('0 ')")
        equal(rows_of(report, "#records-table"), [])
        equal(report.page.get_attribute("#records-table", "aria-rowcount"), "1")


@test
def records_are_sorted_by_keyboard(browser):
    with Report(browser, FOLDER, "long") as report:
        records = data_of(report)["records"]
        report.focus_by_tab("#records-table th:nth-child(7) button")
        report.page.keyboard.press("Enter")
        equal(report.page.get_attribute("#records-table th:nth-child(7)", "aria-sort"), "descending")
        equal(report.page.get_attribute("#records-table th:nth-child(1)", "aria-sort"), "none")
        norms = [-1 if norm is None else norm for norm in records["gradient"]["norm"]]
        order = sorted(range(len(norms)), key=lambda place: (-norms[place], place))
        shown = [int(row[0]) for row in rows_of(report, "#records-table")]
        equal(shown, order[: len(shown)])
        report.page.keyboard.press("Enter")
        equal(report.page.get_attribute("#records-table th:nth-child(7)", "aria-sort"), "ascending")
        order = sorted(range(len(norms)), key=lambda place: (norms[place], place))
        equal([int(row[0]) for row in rows_of(report, "#records-table")], order[: len(shown)])


@test
def records_are_stepped_through_by_keyboard(browser):
    with Report(browser, FOLDER, "long") as report:
        last = len(data_of(report)["records"]["operation"]) - 1
        report.focus_by_tab("#records-table")

        def press(key, record):
            report.page.keyboard.press(key)
            equal(report.page.get_attribute("#records-table", "aria-activedescendant"), f"record-{record}", key)
            selected = report.page.locator("#records-table tr[aria-selected=true]")
            equal(selected.count(), 1, key)
            equal(selected.get_attribute("aria-rowindex"), str(record + 2), key)
            head = report.page.locator("#records-table thead").bounding_box()
            view, row = report.page.locator(".view").bounding_box(), selected.bounding_box()
            assert head["y"] + head["height"] - 1 <= row["y"] <= view["y"] + view["height"] - row["height"], key
            equal(report.page.input_value("#flow-slider"), str(record), key)
            equal(report.page.get_attribute("#flow-mark", "visibility"), "visible")
            assert report.count("#records-table tbody tr") <= 60

        press("ArrowDown", 0)
        press("ArrowDown", 1)
        press("ArrowUp", 0)
        press("ArrowUp", 0)
        press("End", last)
        press("ArrowDown", last)
        press("ArrowUp", last - 1)
        press("Home", 0)
        report.page.keyboard.press("PageDown")
        step = int(report.page.input_value("#flow-slider"))
        assert step > 5, step
        press("PageDown", 2 * step)
        press("PageUp", step)


@test
def the_chosen_record_is_told_in_full(browser):
    with Report(browser, FOLDER, "trained") as report:
        data = data_of(report)
        texts, records = data["texts"], data["records"]
        options = {place: texts[text] for place, text in zip(records["options"]["at"], records["options"]["are"])}
        place = max(options, key=lambda place: len(options[place]))
        equal(report.text("#record-details"), "No record is chosen yet.")
        report.focus_by_tab("#records-table")
        for _ in range(place + 1):
            report.page.keyboard.press("ArrowDown")
        names, values = (report.page.locator(f"#record-details {tag}").all_inner_texts() for tag in ["dt", "dd"])
        equal(names, ["record", "operation", "options", "inputs", "shape", "value", "gradient", "line"])
        equal(values[:3], [f"#{place}", texts[records["operation"][place]], options[place]])
        row = report.page.locator("#records-table tr[aria-selected=true] td").all_inner_texts()
        for cell, value in [(row[2], values[3]), (row[3], values[4]), (row[-1], values[7])]:
            equal(value, cell)
        equal(values[5], f"norm {row[4]}, {row[5]} zero")
        equal(values[6], f"norm {row[6]}, {row[7]} zero")
        report.focus_by_tab("#record-details")
        equal(report.page.evaluate("document.activeElement.getAttribute('aria-label')"), "The chosen record")


@test
def numbers_that_are_not_finite_have_a_column_only_where_there_are_some(browser):
    for name, wanted in [("trained", False), ("faulty", True)]:
        with Report(browser, FOLDER, name) as report:
            titles = report.page.locator("#records-table thead th").all_inner_texts()
            equal("not finite" in titles, wanted, name)
            chosen = report.count("#records-table tr.bad")
            equal(chosen > 0, wanted, name)
            if wanted:
                report.page.locator("#records-table tr.bad").first.click()
                assert "not finite" in report.text("#record-details")


@test
def the_strip_and_the_table_show_the_same_record(browser):
    with Report(browser, FOLDER, "trained") as report:
        report.focus_by_tab("#flow-slider")
        report.page.keyboard.press("ArrowRight")
        equal(report.page.get_attribute("#records-table", "aria-activedescendant"), "record-1")
        assert "#1 " in report.page.get_attribute("#flow-slider", "aria-valuetext")
        box = report.page.locator("#flow").bounding_box()
        report.page.mouse.click(box["x"] + box["width"] * 0.93, box["y"] + 60)
        last = len(data_of(report)["records"]["operation"]) - 1
        equal(report.page.get_attribute("#records-table", "aria-activedescendant"), f"record-{last}")
        report.page.click("#records-table tbody tr:nth-child(3)")
        equal(report.page.input_value("#flow-slider"), "2")


@test
def lists_are_stepped_through_by_keyboard(browser):
    with Report(browser, FOLDER, "trained") as report:
        lists = data_of(report)["lists"]
        titles = [f"List {item['list']}" for item in lists]

        def shown():
            equal(report.count("section.list"), 1)
            equal(report.count("#list svg.picture"), 3)
            return report.text("#list h3").split(",")[0]

        equal(shown(), titles[0])
        report.focus_by_tab("#list-chooser button:last-of-type")
        report.page.keyboard.press("Enter")
        equal(shown(), titles[1])
        report.page.keyboard.press("ArrowRight")
        equal(shown(), titles[2])
        equal(report.text("#list-chooser [role=status]"), f"3 of {len(lists)}")
        report.page.keyboard.press("ArrowLeft")
        report.page.keyboard.press("ArrowLeft")
        report.page.keyboard.press("ArrowLeft")
        equal(shown(), titles[0])
        equal(report.page.get_attribute("#list-chooser button", "aria-disabled"), "true")
        report.focus_by_tab("#list-select")
        report.page.keyboard.press("End")
        equal(shown(), titles[-1])


@test
def the_theme_is_switched_by_keyboard(browser):
    with Report(browser, FOLDER, "trained", color_scheme="light") as report:
        ground = "getComputedStyle(document.body).backgroundColor"
        light = report.page.evaluate(ground)
        report.focus_by_tab("#theme input")
        report.page.keyboard.press("ArrowRight")
        equal(report.page.evaluate(ground), light)
        report.page.keyboard.press("ArrowRight")
        dark = report.page.evaluate(ground)
        assert dark != light
        report.load()
        equal(report.page.evaluate(ground), dark, "after loading again")
        report.page.emulate_media(media="print")
        equal(report.page.evaluate(ground), light, "on paper")


@test
def axe_finds_nothing_in_either_theme(browser):
    for name in PAGES:
        for scheme in ["light", "dark"]:
            with Report(browser, FOLDER, name, color_scheme=scheme) as report:
                report.page.eval_on_selector_all("details", "all => all.forEach(details => { details.open = true; })")
                if name != "empty":
                    report.page.locator("#flow-slider").press("End")  # a record is chosen
                result = Axe().run(report.page)
                equal(result.violations_count, 0, f"{name} {scheme} {result.generate_report()}")


@test
def without_scripts_everything_is_there(browser):
    for name in PAGES:
        with Report(browser, FOLDER, name, java_script_enabled=False) as report:
            equal(report.requests, [report.path.as_uri()], name)
            page = (FOLDER / f"{name}.html").read_text()
            data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])
            for verdict, item in zip(data["verdicts"], report.page.locator(".verdicts li").all(), strict=True):
                assert item.is_visible()
                text = item.text_content()
                assert all(verdict[part] in text for part in ["id", "rule", "severity", "finding", "action"]), (name, text)
            equal(report.count("section.list"), len(data["lists"]), name)
            assert report.page.locator("section.list svg").first.is_visible() if data["lists"] else True
            rows = report.page.locator("noscript table").first.locator("tbody tr").count() if data["records"]["operation"] else 0
            equal(rows, min(200, len(data["records"]["operation"])), name)
            equal(report.page.locator("#theme").is_visible(), False)


@test
def both_tables_of_records_say_the_same(browser):
    for name in ["trained", "faulty", "hostile", "sampled"]:
        with Report(browser, FOLDER, name, java_script_enabled=False) as report:
            fixed = report.page.locator("noscript table").first.evaluate(
                "table => [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.innerText.trim()))"
            )
        with Report(browser, FOLDER, name) as report:
            drawn = rows_of(report, "#records-table")
        assert len(drawn) >= 6
        equal(drawn, fixed[: len(drawn)], name)


@test
def hostile_names_are_text(browser):
    for scripts in [True, False]:
        with Report(browser, FOLDER, "hostile", java_script_enabled=scripts) as report:
            assert report.page.title().startswith("</script><script>"), report.page.title()
            equal(report.count("img, iframe, object, link, base, form"), 0)
            equal(report.count("script"), 2)
            assert report.page.locator("h1").is_visible()
            text = report.page.locator("body").inner_text()
            for part in ["onerror=", "]]> &lt;b&gt; &amp; \\u003c", "[U+202E]reversed", "␛[2J␊", "\ufffd", "more bytes)"]:
                assert part in text, part
            assert "\u202e" not in text
    with Report(browser, FOLDER, "hostile") as report:
        report.may_complain = True
        report.page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {textContent: 'document.title = \"broken\"'}));"
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.title = 1\"><b style=\"color: red\">')"
        )
        report.page.wait_for_timeout(50)
        assert report.page.title().startswith("</script>"), "the policy lets other scripts run"
        assert len(report.messages) >= 3, "the policy refuses nothing"


@test
def the_structure_is_sound(browser):
    for name in PAGES:
        with Report(browser, FOLDER, name) as report:
            equal(report.page.get_attribute("html", "lang"), "en")
            levels = report.page.eval_on_selector_all("h1, h2, h3, h4", "all => all.map(one => Number(one.tagName[1]))")
            equal(levels[0], 1)
            assert all(after <= before + 1 for before, after in zip(levels, levels[1:])), (name, levels)
            unnamed = report.page.eval_on_selector_all(
                "svg",
                "all => all.filter(svg => svg.getAttribute('role') !== 'img' || svg.getAttribute('aria-labelledby')"
                ".split(' ').some(id => !document.getElementById(id)?.textContent)).length",
            )
            equal(unnamed, 0, name)
            twice = report.page.evaluate(
                "(() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id);"
                " return ids.filter((id, i) => ids.indexOf(id) !== i); })()"
            )
            equal(twice, [], name)
            if name == "empty":
                continue
            report.page.keyboard.press("Tab")
            for _ in range(30):
                report.page.keyboard.press("Tab")
                if report.page.evaluate("document.activeElement === document.body"):
                    break
                outline = report.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                equal(outline, "solid", report.page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))


@test
def narrow_screens_do_and_nothing_moves(browser):
    with Report(browser, FOLDER, "trained", viewport={"width": 400, "height": 800}) as report:
        equal(report.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), True)
        equal(report.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior"), "auto")
        equal(report.page.evaluate("document.getAnimations().length"), 0)


@test
def paper_has_every_list_and_the_table(browser):
    with Report(browser, FOLDER, "trained") as report:
        report.page.evaluate("addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('section.list').length; })")
        paper = report.page.pdf()
        pages = len(re.findall(rb"/Type\s*/Page\b", paper))
        lists = len(data_of(report)["lists"])
        equal(report.page.evaluate("window.printed"), lists + 1)  # the one on the screen is not printed
        assert 8 <= pages <= 4 * lists, f"{pages} pages"
        equal(report.count(".print-only"), 0)


def main():
    passed = failed = 0
    with chromium() as browser:
        for function in TESTS:
            try:
                function(browser)
                passed += 1
                print(f"ok {function.__name__}")
            except Exception:  # whatever goes wrong fails this test, and no other
                failed += 1
                print(f"FAILED {function.__name__}")
                traceback.print_exc(file=sys.stdout)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
