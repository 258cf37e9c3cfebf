// The fields of the document that are, or once were, for a password: a page may show one as plain text later. Kept in a world
// of its own, under a key that no element's name can take.
(function () {
  const key = Symbol.for('cadre.passwords');
  if (globalThis[key]) return;
  const fields = globalThis[key] = new WeakSet();
  const all = root => root.prototype.querySelectorAll;
  const note = node => {
    if (!(node instanceof Document || node instanceof Element)) return;
    if (node instanceof Element && Element.prototype.matches.call(node, 'input[type=password i]')) fields.add(node);
    all(node instanceof Document ? Document : Element).call(node, 'input[type=password i]').forEach(field => fields.add(field));
  };
  new MutationObserver(changes => {
    for (const change of changes) {
      if (/^password$/i.test(change.oldValue || '')) fields.add(change.target);
      note(change.target);
      change.addedNodes.forEach(note);
    }
  }).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ['type'], attributeOldValue: true});
  note(document);
})();
