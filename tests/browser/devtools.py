"""A headless Chromium that does what it is told: the DevTools protocol (chromedevtools.github.io)
over two named pipes, so that no port is opened and no library is needed."""
import base64
import json
import os
import signal
import subprocess

# Descriptors 3 and 4 are where --remote-debugging-pipe reads and writes.
START = 'to=$1 from=$2; shift 2; exec "$@" 3<"$to" 4>"$from"'
OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
           "--no-first-run", "--disable-extensions", "--disable-background-networking",
           "--hide-scrollbars", "--remote-debugging-pipe"]


class Browser:
    """Files of its own go to `folder`; so does what it says, as browser.log."""

    def __init__(self, program, folder):
        to, answers = os.path.join(folder, "to"), os.path.join(folder, "from")
        os.mkfifo(to)
        os.mkfifo(answers)
        with open(os.path.join(folder, "browser.log"), "wb") as log:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", START, "sh", to, answers, program, *OPTIONS,
                 "--user-data-dir=" + os.path.join(folder, "profile"), "about:blank"],
                env={**os.environ, "HOME": folder}, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log)
        self.events = []
        self.session = None
        self._number = 0
        self._read = b""
        self._to = self._from = None
        try:
            self._to = open(to, "wb", buffering=0)
            self._from = open(answers, "rb", buffering=0)
            self._open_page()
        except BaseException:
            self.close()
            raise

    def _open_page(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.call(domain + ".enable")

    def _receive(self):
        while b"\0" not in self._read:
            some = self._from.read(1 << 16)
            if not some:
                raise ConnectionError("the browser has gone")
            self._read += some
        message, self._read = self._read.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        whole = json.dumps(message).encode() + b"\0"
        while whole:
            whole = whole[self._to.write(whole):]
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(method + ": " + answer["error"]["message"])
                return answer["result"]
            self._note(answer)

    def _note(self, event):
        self.events.append(event)
        if event.get("method") == "Page.javascriptDialogOpening":
            # Unanswered, it would stop everything.
            self._number += 1
            self._to.write(json.dumps(
                {"id": self._number, "method": "Page.handleJavaScriptDialog",
                 "params": {"accept": True}, "sessionId": self.session}).encode() + b"\0")

    def found(self, method):
        """The parameters of all events of that name so far."""
        return [e["params"] for e in self.events if e.get("method") == method]

    def load(self, address):
        before = len(self.found("Page.loadEventFired"))
        trouble = self.call("Page.navigate", url=address).get("errorText")
        if trouble:
            raise ConnectionError("%s: %s" % (address, trouble))
        while len(self.found("Page.loadEventFired")) == before:
            self._note(self._receive())

    def ask(self, expression):
        """What a JavaScript expression is in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            what = answer["exceptionDetails"]
            raise RuntimeError(what.get("exception", {}).get("description", what["text"]))
        return answer["result"].get("value")

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)

    def media(self, media="", **features):
        """media(prefers_color_scheme="dark"), media("print")"""
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": name.replace("_", "-"), "value": value}
                            for name, value in features.items()])

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left",
                      clickCount=1)

    def press(self, key):
        codes = {"Tab": (9, ""), "Enter": (13, "\r"), " ": (32, " ")}
        code, text = codes[key]
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=text,
                  code={" ": "Space"}.get(key, key), windowsVirtualKeyCode=code)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key,
                  code={" ": "Space"}.get(key, key), windowsVirtualKeyCode=code)

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True,
                                          printBackground=True)["data"])

    def picture(self, whole=False):
        return base64.b64decode(self.call("Page.captureScreenshot",
                                          captureBeyondViewport=whole)["data"])

    def close(self):
        """Asks it to end, and sees to it that it does."""
        signal.alarm(0)
        try:
            self.session = None
            self.call("Browser.close")
        except (OSError, RuntimeError, AttributeError, ValueError):
            pass
        for pipe in (self._to, self._from):
            if pipe:
                pipe.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
