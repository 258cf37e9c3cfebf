
'use strict';
// Filters tables by text, status and tier. Without angle brackets and ampersands, so that HTML and XML read it alike.
(function () {
    function plain(text) {
        return text.trim().replace(/\s+/g, ' ').toLowerCase();
    }

    // what a row says in words: its label, its type and how it ended
    function words(row) {
        return [0, 1, 3].map(function (cell) { return plain(row.cells[cell].textContent); }).join('\n');
    }

    function filter(form) {
        var controls = form.elements;
        var counter = form.querySelector('output');
        var entries = [];
        var query = '';

        function fits(entry) {
            if (![entry.status, ''].includes(controls.status.value)) { return false; }
            if (![entry.tier, ''].includes(controls.tier.value)) { return false; }
            return entry.text.includes(query);
        }

        function apply() {
            query = plain(controls.text.value);
            var shown = 0;
            entries.forEach(function (entry) {
                var isShown = fits(entry);
                shown += isShown ? 1 : 0;
                if (entry.row.hidden === isShown) { entry.row.hidden = !isShown; }
            });
            counter.textContent = shown + ' of ' + entries.length + ' shown';
        }

        document.getElementById(form.dataset.of).querySelectorAll('tbody tr').forEach(function (row) {
            entries.push({
                row: row,
                status: row.dataset.status,
                tier: row.dataset.tier,
                text: words(row)
            });
        });
        form.addEventListener('input', apply);
        form.addEventListener('change', apply);
        form.addEventListener('submit', function (event) { event.preventDefault(); });
        form.addEventListener('reset', function () { setTimeout(apply); });
        window.addEventListener('pageshow', apply);
        form.hidden = false;
        apply();
        return function () { form.reset(); };
    }

    var resets = Array.prototype.map.call(document.querySelectorAll('form.filter'), filter);

    // a link may lead to a row that is filtered out
    function reveal() {
        var target = document.getElementById(location.hash.slice(1));
        if (target === null) { return; }
        if (target.hidden) {
            resets.forEach(function (reset) { reset(); });
            target.hidden = false;
        }
        var details = target.querySelector('td details');
        if (target.nodeName.toLowerCase() === 'tr') {
            if (details !== null) { details.open = true; }
            target.scrollIntoView();
        }
    }
    window.addEventListener('hashchange', reveal);
    reveal();
}());
