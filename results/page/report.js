// report.js: the switches of report.html. Whatever shows one model carries its name in data-model,
// in tables and in figures; a checkbox hides all of it. Names are only ever compared, never made
// into code or selectors, since they may hold anything.
"use strict";

(() => {
    const byId = (id) => document.getElementById(id);
    const boxes = [...document.querySelectorAll("[data-switch]")];
    const parts = new Map(boxes.map((box) => [box.dataset.switch, []]));

    for (const part of document.querySelectorAll("[data-model]"))
        parts.get(part.dataset.model)?.push(part);

    function show() {
        const off = boxes.filter((box) => !box.checked).map((box) => box.dataset.switch);

        for (const box of boxes)
            for (const part of parts.get(box.dataset.switch))
                part.classList.toggle("off", !box.checked);
        byId("shown").textContent = `${boxes.length - off.length} of ${boxes.length} shown`;
        // On paper nobody can switch them on again.
        byId("printed").textContent =
            off.length > 0 ? `Switched off when this was printed: ${off.join(", ")}` : "";
    }

    function showAll() {
        for (const box of boxes)
            box.checked = true;
        show();
    }

    // A second time brings all the others back.
    function showOnly(model) {
        if (boxes.every((box) => box.checked === (box.dataset.switch === model))) {
            showAll();
            return;
        }
        for (const box of boxes)
            box.checked = box.dataset.switch === model;
        show();
    }

    const dark = matchMedia("(prefers-color-scheme: dark)");

    function isDark() {
        const chosen = document.documentElement.dataset.scheme;
        return chosen ? chosen === "dark" : dark.matches;
    }

    function nameScheme() {
        byId("scheme").textContent = isDark() ? "Light" : "Dark";
    }

    byId("bar").addEventListener("change", show);
    byId("all").addEventListener("click", showAll);
    for (const button of document.querySelectorAll("[data-only]"))
        button.addEventListener("click", () => showOnly(button.dataset.only));
    byId("scheme").addEventListener("click", () => {
        document.documentElement.dataset.scheme = isDark() ? "light" : "dark";
        nameScheme();
    });
    dark.addEventListener("change", nameScheme);

    // Paper has no summary to click on. Command lines are printed where they are open: they would
    // fill more pages than all the rest.
    let opened = [];
    addEventListener("beforeprint", () => {
        opened = [...document.querySelectorAll("details.numbers:not([open])")];
        for (const details of opened)
            details.open = true;
    });
    addEventListener("afterprint", () => {
        for (const details of opened)
            details.open = false;
    });

    // What a link leads to comes to stand below the bar, not behind it.
    new ResizeObserver(() => {
        document.documentElement.style.setProperty("--bar", `${byId("bar").offsetHeight}px`);
    }).observe(byId("bar"));

    nameScheme();
    show();
    byId("bar").hidden = false;
})();
