// page_probe.js: what check_page.py asks of a report, put into the page beside its own script.
"use strict";

globalThis.probe = (() => {
    const all = (selector, within = document) => [...within.querySelectorAll(selector)];
    // checkVisibility() knows what is folded away, but takes parts of an SVG for shown.
    const isShown = (element) => element.checkVisibility({visibilityProperty: true}) &&
        !isOff(element);
    const isOff = (at) =>
        at !== null && (getComputedStyle(at).display === "none" || isOff(at.parentElement));
    const partsOf = (model) =>
        all("[data-model]").filter((part) => part.dataset.model === model);
    const switchOf = (model) =>
        all("[data-switch]").find((box) => box.dataset.switch === model);
    const middle = (element) => {
        element.scrollIntoView({block: "nearest", inline: "nearest", behavior: "instant"});
        const box = element.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
    };

    let openedForPrint = null;
    addEventListener("beforeprint", () => {
        openedForPrint = all("details.numbers").every((details) => details.open);
    });

    // ---- Contrast as WCAG 2 defines it ----------------------------------------------------------

    const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
    function luminance([red, green, blue]) {
        const linear = [red, green, blue].map((c) => c / 255)
            .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    }
    function paperOf(element) {
        for (let at = element; at; at = at.parentElement) {
            const colour = channels(getComputedStyle(at).backgroundColor);
            if (colour.length < 4 || colour[3] === 1)
                return colour;
        }
        return [255, 255, 255];
    }
    function contrastOf(element) {
        const ink = luminance(channels(getComputedStyle(element).color));
        const paper = luminance(paperOf(element));
        return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    }
    const hasText = (element) => [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");

    return {
        models: () => all("[data-switch]").map((box) => box.dataset.switch),
        openAll: () => all("details").forEach((details) => { details.open = true; }),
        closeAll: () => all("details").forEach((details) => { details.open = false; }),
        openedForPrint: () => openedForPrint,
        openTables: () => all("details.numbers[open]").length,

        // How many parts of a model there are, in figures and in tables, and how many are shown.
        parts: (model) => {
            const parts = partsOf(model);
            const drawn = parts.filter((part) => part.closest("svg"));
            return {
                drawn: drawn.length,
                drawnShown: drawn.filter(isShown).length,
                rows: parts.length - drawn.length,
                rowsShown: parts.filter((part) => !part.closest("svg") && isShown(part)).length,
            };
        },
        checked: (model) => switchOf(model).checked,
        switchAt: (model) => middle(switchOf(model)),
        onlyAt: (model) => middle(all("[data-only]").find((b) => b.dataset.only === model)),
        elementAt: (id) => middle(document.getElementById(id)),
        label: (model) => switchOf(model).labels[0].textContent,

        // Figures without a picture that has a size and parts that belong to models.
        poorFigures: () => all("figure").filter((figure) => {
            const svg = figure.querySelector("svg");
            const box = svg?.getBoundingClientRect();
            return !(box?.width > 200 && box?.height > 100 && svg.querySelector("[data-model]") &&
                figure.querySelector("figcaption")?.textContent.trim());
        }).map((figure) => figure.querySelector("figcaption")?.textContent ?? "without a caption"),
        figures: () => all("figure").length,

        focused: () => {
            const at = document.activeElement;
            const style = getComputedStyle(at);
            return {
                id: at.id, href: at.getAttribute("href"), model: at.dataset.switch ?? null,
                ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
            };
        },

        faint: () => all("body *").filter((element) => !element.closest("svg, script, style"))
            .filter((element) => hasText(element) && isShown(element) && contrastOf(element) < 4.5)
            .map((element) => `${element.tagName} “${element.textContent.trim().slice(0, 40)}” ` +
                contrastOf(element).toFixed(2)),
        paper: () => getComputedStyle(document.documentElement).backgroundColor,
        paperOfFigures: () => getComputedStyle(document.querySelector(".picture")).backgroundColor,
        overflow: () => document.scrollingElement.scrollWidth - innerWidth,
        isShown: (selector) => all(selector).some(isShown),

        // What a screen reader or a link would stumble over.
        faults: () => {
            const ids = all("[id]:not(svg *)").map((element) => element.id);
            const levels = all("h1, h2, h3, h4").map((heading) => Number(heading.tagName[1]));
            return [
                ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `two #${id}`),
                ...all("[aria-labelledby]").filter((element) =>
                    !document.getElementById(element.getAttribute("aria-labelledby")))
                    .map((element) => `no label for a ${element.tagName}`),
                ...all("a[href^='#']").filter((a) =>
                    !document.getElementById(decodeURIComponent(a.hash.slice(1))))
                    .map((a) => `nowhere: ${a.hash}`),
                ...levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1)
                    .map((level) => `a heading ${level} after a smaller one is missing`),
                ...(document.documentElement.lang ? [] : ["no language"]),
                ...(document.title ? [] : ["no title"]),
                ...(levels.filter((level) => level === 1).length === 1 ? [] : ["not one h1"]),
            ];
        },
    };
})();
