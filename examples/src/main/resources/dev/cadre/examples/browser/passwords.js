// The fields of the document and its open shadow trees that are, or once were, for a password: a page may show one as plain
// text later. Kept in a world of its own, under a key that no element's name can take. A tree that comes to an element which
// is there already is no change that can be watched: scan() finds it, when the page is complete and before each look.
globalThis[Symbol.for('cadre.passwords')] ??= (function () {
  const fields = new WeakSet();
  const watched = new WeakSet();
  const options = {subtree: true, childList: true, attributes: true, attributeFilter: ['type'], attributeOldValue: true};
  const shadowOf = element => Object.getOwnPropertyDescriptor(Element.prototype, 'shadowRoot').get.call(element);
  const prototypes = [Document, DocumentFragment, Element];
  const isPassword = element => Element.prototype.matches.call(element, 'input[type=password i]');

  const observer = new MutationObserver(changes => {
    for (const change of changes) {
      if (change.type === 'attributes' && (/^password$/i.test(change.oldValue || '') || isPassword(change.target))) {
        fields.add(change.target);
      }
      change.addedNodes.forEach(note);
    }
  });

  function note(node) {
    const type = prototypes.find(one => node instanceof one);
    if (!type) return;
    if (type === Element) noteElement(node);
    type.prototype.querySelectorAll.call(node, '*').forEach(noteElement);
  }

  function noteElement(element) {
    if (isPassword(element)) fields.add(element);
    const tree = shadowOf(element);
    if (tree) watch(tree);
  }

  function watch(root) {
    if (!watched.has(root)) {
      watched.add(root);
      observer.observe(root, options);
    }
    note(root);
  }

  const scan = () => watch(document);
  scan();
  addEventListener('DOMContentLoaded', scan, true);
  addEventListener('load', scan, true);
  return {has: field => fields.has(field), scan};
})();
