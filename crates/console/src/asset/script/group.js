// The editor of a group: it grows with its lines, and Ctrl+Enter shows what changes.
(() => {
    "use strict";
    const form = document.querySelector("[data-whatif]");
    if (!form) {
        return;
    }
    const text = form.querySelector("textarea");
    const grow = () => {
        text.rows = Math.min(Math.max(text.value.split("\n").length + 1, 4), 20);
    };
    text.addEventListener("input", grow);
    text.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            form.requestSubmit();
        }
    });
    // Enter in a small form adds its edit, and does not only show what the others change.
    for (const part of form.querySelectorAll("fieldset")) {
        part.addEventListener("keydown", (event) => {
            const button = part.querySelector("button");
            if (event.key === "Enter" && event.target.tagName === "INPUT" && button) {
                event.preventDefault();
                (event.target.name === "rank" ? part.querySelector("[value=rank]") : button).click();
            }
        });
    }
    grow();
})();
