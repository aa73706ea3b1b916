"""check_page.py CHROMIUM REPORT.html: opens a report in a headless Chromium and does what its
reader would: clicks, presses keys, changes the light, prints. Says what held, and exits with 1 if
not all did."""
import json
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile

from devtools import Browser

TIME = 55  # seconds for all of it
PROBE = pathlib.Path(__file__).with_name("page_probe.js").read_text()
counts = {"passed": 0, "failed": 0}


def verdict(case, *complaints):
    """Without a complaint it has passed."""
    complaints = [str(c) for c in complaints if c]
    counts["failed" if complaints else "passed"] += 1
    print(("FAIL  " + case + ": " + "; ".join(complaints[:5])) if complaints else "pass  " + case,
          flush=True)


class Page:
    def __init__(self, browser, address):
        self.browser, self.address = browser, address
        self.load()

    def load(self):
        self.browser.load(self.address)
        self.browser.ask(PROBE)

    def ask(self, name, *arguments):
        return self.browser.ask(
            "probe.%s(%s)" % (name, ", ".join(json.dumps(a) for a in arguments)))

    def click(self, name, *arguments):
        self.browser.click(*self.ask(name, *arguments))

    def wrongly_shown(self, on):
        """What does not agree with these models being on and all others off."""
        for model in self.ask("models"):
            parts = self.ask("parts", model)
            whole = (parts["drawn"], parts["rows"]) if model in on else (0, 0)
            if self.ask("checked", model) != (model in on):
                yield "the checkbox of %s is wrong" % model
            if (parts["drawnShown"], parts["rowsShown"]) != whole:
                yield "of %s %d of %d parts of figures and %d of %d rows are shown" % (
                    model, parts["drawnShown"], parts["drawn"], parts["rowsShown"], parts["rows"])


def check_content(page):
    verdict("each of the %d figures is a picture with a caption" % page.ask("figures"),
            *page.ask("poorFigures"), page.ask("figures") == 0 and "there is none")
    verdict("headings, labels, links and ids are in order", *page.ask("faults"))
    models = page.ask("models")
    verdict("each model has a switch with its name, and something to switch",
            not models and "there is no switch",
            *(m for m in models if page.ask("label", m).strip() != m),
            *(m for m in models if page.ask("parts", m)["drawn"] == 0),
            *(m for m in models if page.ask("parts", m)["rows"] == 0))


def check_mouse(page):
    models = page.ask("models")
    page.ask("openAll")
    verdict("all models are shown at first", *page.wrongly_shown(models))
    complaints = []
    for model in models:
        page.click("switchAt", model)
        complaints += page.wrongly_shown([m for m in models if m != model])
        page.click("switchAt", model)
        complaints += page.wrongly_shown(models)
    verdict("a click on a checkbox hides its model everywhere, another brings it back",
            *complaints)
    page.click("onlyAt", models[0])
    complaints = list(page.wrongly_shown(models[:1]))
    page.click("elementAt", "all")
    complaints += page.wrongly_shown(models)
    page.click("onlyAt", models[-1])
    page.click("onlyAt", models[-1])
    verdict("'only' leaves one model, 'all' or a second 'only' brings back the others",
            *complaints, *page.wrongly_shown(models))
    page.ask("closeAll")


def check_keyboard(page):
    browser, models = page.browser, page.ask("models")
    page.load()
    page.ask("openAll")
    browser.press("Tab")
    skip = page.ask("focused")
    browser.press("Enter")
    verdict("the first Tab offers to skip to the results, and Enter does",
            skip["href"] != "#content" and "it reaches %s" % skip,
            page.ask("focused")["id"] != "content" and "it leads to %s" % page.ask("focused"))
    page.load()
    page.ask("openAll")
    reached, complaints = [], []
    # The links before the bar, then a checkbox and a button for each model.
    for _ in range(100):
        browser.press("Tab")
        at = page.ask("focused")
        if at["model"] is None:
            continue
        reached.append(at["model"])
        if not at["ring"]:
            complaints.append("the focus on %s can't be seen" % at["model"])
        browser.press(" ")
        complaints += page.wrongly_shown([m for m in models if m != at["model"]])
        browser.press(" ")
        complaints += page.wrongly_shown(models)
        if len(reached) == len(models):
            break
    verdict("Tab reaches every checkbox in turn, and Space switches it",
            reached != models and "it reaches %s" % reached, *complaints)
    page.ask("closeAll")


def check_light(page):
    browser, papers = page.browser, {}
    page.ask("openAll")
    for scheme in ("light", "dark"):
        browser.media(prefers_color_scheme=scheme)
        papers[scheme] = page.ask("paper")
        verdict("every text stands out 4.5:1 in the %s" % scheme, *page.ask("faint"))
    page.ask("closeAll")
    page.click("elementAt", "scheme")
    light = page.ask("paper")
    page.click("elementAt", "scheme")
    verdict("the page follows the system's scheme, and its button turns it",
            papers["light"] == papers["dark"] and "both are %s" % papers["light"],
            light != papers["light"] and "turned it is %s" % light,
            page.ask("paper") != papers["dark"] and "turned back it is %s" % page.ask("paper"),
            page.ask("paperOfFigures") != "rgb(255, 255, 255)" and "figures are not on white")
    browser.media()


def check_sizes(page):
    page.ask("openAll")
    complaints = []
    for width, height in ((360, 740), (1280, 900), (1920, 1080)):
        page.browser.size(width, height)
        over = page.ask("overflow")
        if over > 0:
            complaints.append("at %d px it is %d px too wide" % (width, over))
    verdict("no width makes the page scroll sideways", *complaints)
    page.browser.size(1280, 900)
    page.ask("closeAll")


def check_print(page):
    page.browser.media("print")
    bar = page.ask("isShown", "#bar")
    page.browser.media()
    pdf = page.browser.pdf()
    box = re.search(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    paper = [round(float(side)) for side in box.groups()] if box else None
    verdict("it prints on A4, the tables open, without the switches",
            not pdf.startswith(b"%PDF-") and "no PDF",
            paper not in ([595, 842], [596, 842]) and "the paper is %s points" % paper,
            bar and "the switches are there",
            not page.ask("openedForPrint") and "tables are closed",
            page.ask("openTables") and "tables stay open afterwards")


def check_without_script(page):
    page.browser.call("Emulation.setScriptExecutionDisabled", value=True)
    page.browser.load(page.address)
    page.browser.call("Emulation.setScriptExecutionDisabled", value=False)
    page.browser.ask(PROBE)
    verdict("without its script the page is whole, and shows no switch that does nothing",
            *page.ask("poorFigures"), page.ask("isShown", "#bar") and "the switches are there",
            not page.ask("isShown", ".reading") and "no reading is there")


def check_silence(browser, address):
    errors = [e["entry"]["text"] for e in browser.found("Log.entryAdded")
              if e["entry"]["level"] in ("error", "warning")]
    errors += [e["exceptionDetails"]["text"] for e in browser.found("Runtime.exceptionThrown")]
    errors += [str(e["args"]) for e in browser.found("Runtime.consoleAPICalled")]
    verdict("the console stays empty", *errors)
    requests = [e["request"]["url"] for e in browser.found("Network.requestWillBeSent")]
    verdict("nothing but the page itself is asked for",
            address not in requests and "the page was not",
            *(r[:80] for r in requests if r != address and not r.startswith("data:")))
    verdict("no text of the run is run as code",
            *(e["message"] for e in browser.found("Page.javascriptDialogOpening")))


def check_all(browser, address):
    browser.size(1280, 900)
    page = Page(browser, address)
    for check in (check_content, check_mouse, check_keyboard, check_light, check_sizes,
                  check_print, check_without_script):
        check(page)
    check_silence(browser, address)


def out_of_time(*_):
    raise TimeoutError("not done within %d s" % TIME)


def main():
    program, report = sys.argv[1:]
    folder = tempfile.mkdtemp(prefix="check_page.")
    signal.signal(signal.SIGALRM, out_of_time)
    signal.alarm(TIME)
    browser = None
    try:
        browser = Browser(program, folder)
        check_all(browser, pathlib.Path(report).resolve().as_uri())
    except Exception as trouble:  # whatever it is, it is a failure and not the end of the count
        verdict("the browser goes through it all", "%s: %s" % (type(trouble).__name__, trouble))
        log = os.path.join(folder, "browser.log")
        if os.path.exists(log):
            lines = pathlib.Path(log).read_text(errors="replace").splitlines()
            # That there is no desktop is no news.
            print(*[line for line in lines if "/dbus/" not in line][-10:], sep="\n")
    finally:
        if browser:
            browser.close()
        shutil.rmtree(folder, ignore_errors=True)
    print("%d passed, %d failed, 0 skipped" % (counts["passed"], counts["failed"]))
    return counts["failed"] > 0


if __name__ == "__main__":
    sys.exit(main())
