// Fields that offer what they may hold while somebody types; without this, they are plain fields.
(() => {
    "use strict";
    for (const field of document.querySelectorAll("[data-suggest]")) {
        const list = field.list;
        let waiting = 0;
        let last = "";
        const offer = async () => {
            const typed = field.value.trim();
            if (!typed || typed === last) {
                return;
            }
            last = typed;
            const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(typed)}`);
            // An answer that was overtaken by the next letter is of no use.
            if (!answer.ok || typed !== field.value.trim()) {
                return;
            }
            const offers = await answer.json();
            list.replaceChildren(...offers.map(({ value, label }) => {
                const option = document.createElement("option");
                option.value = value;
                option.label = label ? `${label} · ${value}` : value;
                return option;
            }));
        };
        field.addEventListener("input", () => {
            clearTimeout(waiting);
            waiting = setTimeout(offer, 150);
        });
    }
})();
