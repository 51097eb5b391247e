"""screenshots.py REPORTS PICTURES: two parts of a trained model's report, one in each theme."""

import sys
from pathlib import Path

from reports import Report, chromium

WIDTH = 1200
# theme, first and last element of the part
PARTS = [("light", "#list-chooser", "#list figure"), ("dark", "#tape", ".view")]


def main(reports: Path, pictures: Path):
    with chromium() as browser:
        for theme, first, last in PARTS:
            with Report(browser, reports, "trained", color_scheme=theme) as report:
                report.page.locator("#flow-slider").fill("4")
                report.page.evaluate("scrollTo(0, 0)")
                top = report.page.locator(first).bounding_box()["y"] - 16
                end = report.page.locator(last).first.bounding_box()
                path = pictures / f"report_{theme}.png"
                clip = {"x": 0, "y": top, "width": WIDTH, "height": end["y"] + end["height"] + 8 - top}
                report.page.screenshot(path=path, full_page=True, clip=clip)
                print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
