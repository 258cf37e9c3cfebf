// The fields of the document and its open shadow trees that are, or once were, for a password: a page may show one as plain
// text later. Kept in a world of its own, under a key that no element's name can take. A tree that comes to an element which
// is there already is no change that can be watched: scan() finds it, when the page is complete and before each look.
globalThis[Symbol.for('cadre.passwords')] ??= (function () {
  const fields = new WeakSet();
  const watched = new WeakSet();
  const options = {subtree: true, childList: true, attributes: true, attributeFilter: ['type'], attributeOldValue: true};
  const shadowOf = element => Object.getOwnPropertyDescriptor(Element.prototype, 'shadowRoot').get.call(element);
  const kindOf = node => Object.getOwnPropertyDescriptor(Node.prototype, 'nodeType').get.call(node);
  const types = new Map([[Node.ELEMENT_NODE, Element], [Node.DOCUMENT_NODE, Document], [Node.DOCUMENT_FRAGMENT_NODE, DocumentFragment]]);
  const typeOf = node => types.get(kindOf(node));
  const isElement = node => kindOf(node) === Node.ELEMENT_NODE;
  const isPassword = element => Element.prototype.matches.call(element, 'input[type=password i]');

  const observer = new MutationObserver(changes => {
    for (const change of changes) {
      if (change.type === 'attributes' && (/^password$/i.test(change.oldValue || '') || isPassword(change.target))) {
        fields.add(change.target);
      }
      change.addedNodes.forEach(note);
    }
  });

  const note = node => noteTrees(noteIn(node));

  // one after the other, not within one another: a page may have thousands
  function noteTrees(trees) {
    while (trees.length > 0) {
      const tree = trees.pop();
      if (!watched.has(tree)) {
        watched.add(tree);
        observer.observe(tree, options);
      }
      noteIn(tree).forEach(inner => trees.push(inner));
    }
  }

  // the shadow trees within
  function noteIn(node) {
    const trees = [];
    const all = typeOf(node)?.prototype.querySelectorAll.call(node, '*') ?? [];
    for (const element of isElement(node) ? [node, ...all] : all) {
      if (isPassword(element)) fields.add(element);
      const tree = shadowOf(element);
      if (tree) trees.push(tree);
    }
    return trees;
  }

  const scan = () => noteTrees([document]);
  scan();
  addEventListener('DOMContentLoaded', scan, true);
  addEventListener('load', scan, true);
  return {has: field => fields.has(field), add: field => fields.add(field), scan};
})();
