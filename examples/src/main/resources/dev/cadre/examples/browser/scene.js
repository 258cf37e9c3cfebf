// What an action would hit, and which risks that has: asked in a world of its own, and by the methods of that world's own
// prototypes, so that neither a page's scripts nor the names of its elements can lie about it. look() finds the elements by
// points or by the focus, judge() is given them. Whether one of them hides a tree, DevTools alone can tell: ask() names those
// that were judged, and hide() says which do. A tree is never taken away, so that stays true.
globalThis[Symbol.for('cadre.scene')] ??= (function () {
  let risks; // of what is being judged
  let saves; // whether a key is held that makes Chromium save what it would show
  let steps; // from one element to another; a page has as many elements as it likes, one within the other
  const mostSteps = 300000;
  const of = (type, name) => Object.getOwnPropertyDescriptor(type.prototype, name).get;

  // what a getter says of a thing that may be of another type, such as an element of MathML whose name is one of HTML: then
  // undefined. What comes from another document is of the same type and has another prototype
  function told(type, name, thing) {
    const getter = of(type, name);
    try {
      return getter.call(thing);
    } catch (e) {
      if (e instanceof TypeError) return undefined;
      throw e;
    }
  }
  const isElement = thing => told(Node, 'nodeType', thing) === 1;
  const typeOf = root => (root === document ? Document : ShadowRoot);
  const activeIn = root => of(typeOf(root), 'activeElement').call(root);
  const hitIn = (root, x, y) => typeOf(root).prototype.elementFromPoint.call(root, x, y);
  const shadowOf = element => of(Element, 'shadowRoot').call(element);
  const tagOf = element => of(Element, 'tagName').call(element).toUpperCase();
  const parentOf = element => of(Element, 'assignedSlot').call(element) || of(Node, 'parentNode').call(element);
  // one of another namespace may have the same name, and no element acts on it
  const attribute = (element, name) => Element.prototype.getAttributeNS.call(element, null, name);
  const matches = (element, selector) => Element.prototype.matches.call(element, selector);

  // the elements around one, as they are shown: slots and shadow trees included
  function* around(element) {
    for (let here = element; here; here = isElement(here) ? parentOf(here) : told(ShadowRoot, 'host', here)) {
      if (++steps > mostSteps) throw new RangeError('too many elements');
      if (isElement(here)) yield here;
    }
  }
  const allAround = (element, selector) => [...around(element)].filter(one => matches(one, selector));

  function find(x, y) {
    const look = root => (x === null ? activeIn(root) : hitIn(root, x, y));
    let hit = look(document);
    while (hit && shadowOf(hit)) {
      const inner = look(shadowOf(hit));
      if (!inner || inner === hit) break;
      hit = inner;
    }
    return hit;
  }

  const base = () => of(Node, 'baseURI').call(document);
  const parsed = address => { try { return new URL(address, base()); } catch (e) { return {origin: '', protocol: ''}; } };
  const leaves = address => { if (parsed(address).origin !== location.origin) risks.add('LEAVES_SITE'); };

  function submits(form, button) {
    risks.add('SUBMITS_FORM');
    if (saves) risks.add('DOWNLOADS');
    blind(form); // an element that stands for one in its tree
    leaves((button && attribute(button, 'formaction')) || attribute(form, 'action') || location.href);
  }
  const ofControl = (element, name) => told(HTMLButtonElement, name, element) ?? told(HTMLInputElement, name, element);
  const formOf = element => ofControl(element, 'form');
  const isSender = element => ['submit', 'image'].includes(ofControl(element, 'type'));

  // null of what is no link to the browser; an animation may give an SVG link another address than its attribute, its only
  // one, or an empty one, which leads to the base
  function addressOf(link) {
    if (!matches(link, ':any-link')) return null;
    const animated = told(SVGAElement, 'href', link);
    if (animated) return of(SVGAnimatedString, 'animVal').call(animated);
    return told(HTMLAnchorElement, 'href', link) ?? told(HTMLAreaElement, 'href', link) ?? attribute(link, 'href') ?? '';
  }

  function follows(element) {
    for (const link of around(element)) {
      const address = addressOf(link);
      if (address !== null) (attribute(link, 'ping') || '').split(/[\t\n\f\r ]+/).filter(told => told !== '').forEach(leaves);
      if (address !== null && parsed(address).protocol !== 'javascript:') {
        if (saves || attribute(link, 'download') !== null) risks.add('DOWNLOADS');
        leaves(address);
      }
    }
  }

  // what a click on an element is handed on to
  function controlOf(element) {
    const controls = allAround(element, 'label').map(label => told(HTMLLabelElement, 'control', label));
    return controls.find(control => control !== undefined) ?? null; // the labels around the first do nothing
  }

  function activates(first) {
    const reached = new Set([first]); // grows meanwhile; labels may be for each other's controls
    for (const element of reached) {
      follows(element);
      // a bare text shown in a slot is hit as its host
      const tree = shadowOf(element);
      if (tree) ShadowRoot.prototype.querySelectorAll.call(tree, 'slot').forEach(slot => reached.add(slot));
      for (const button of allAround(element, 'button,input')) {
        if (matches(button, 'input[type=file i]')) risks.add('UPLOADS');
        if (isSender(button) && formOf(button)) submits(formOf(button), button);
      }
      const control = controlOf(element);
      if (control && ![...around(element)].includes(control)) {
        blind(control);
        reached.add(control);
      }
    }
  }

  const secretWords = /(^|\s)(current-password|new-password|one-time-code|cc-number|cc-csc)(\s|$)/i;
  const isMasked = element => !['none', ''].includes(getComputedStyle(element).getPropertyValue('-webkit-text-security'));

  // what an end of a selection lies beside, up to the next text on either side: where the end is in no text itself, or at an
  // end of it, a new text may go into what stands there
  function* beside(editor, node, offset) {
    const text = told(CharacterData, 'data', node);
    const children = told(Node, 'childNodes', node);
    const lastIn = tree => of(Node, 'lastChild').call(tree);
    const hasText = one => told(Text, 'assignedSlot', one) !== undefined && of(CharacterData, 'data').call(one).trim();
    yield node;
    for (const [next, rest, first] of [
      ['nextNode', text?.slice(offset), children[offset]],
      ['previousNode', text?.slice(0, offset), children[offset - 1]],
    ]) {
      if (rest?.trim()) continue;
      const walker = Document.prototype.createTreeWalker.call(document, editor);
      const step = () => TreeWalker.prototype[next].call(walker);
      let here = first ?? node;
      const isBehind = next === 'nextNode' ? !first : first; // its last one is where to go on from
      while (isBehind && lastIn(here)) here = lastIn(here);
      Object.getOwnPropertyDescriptor(TreeWalker.prototype, 'currentNode').set.call(walker, here);
      for (here = first ? here : step(); here; here = hasText(here) ? null : step()) {
        if (++steps > mostSteps) throw new RangeError('too many elements');
        yield here;
      }
    }
  }

  const isInput = element => told(HTMLInputElement, 'value', element) !== undefined; // a text beside it does not go into it

  // the elements in an editor between which its text is selected, or that it may be written into
  function marked(element) {
    const root = Node.prototype.getRootNode.call(element);
    const within = told(ShadowRoot, 'host', root) ? root : document;
    const selection = typeOf(within).prototype.getSelection.call(within);
    return ['anchor', 'focus'].map(end => selection && ['Node', 'Offset'].map(part => of(Selection, end + part).call(selection)))
      .filter(end => end && end[0] && Node.prototype.contains.call(element, end[0]))
      .flatMap(end => [...beside(element, ...end)])
      .map(node => (isElement(node) ? node : of(Node, 'parentNode').call(node)))
      .filter(one => isElement(one) && told(HTMLElement, 'isContentEditable', one) !== false && !isInput(one));
  }

  function writes(element) {
    if (matches(element, 'input[type=password i]')
        || globalThis[Symbol.for('cadre.passwords')].has(element)
        || secretWords.test(attribute(element, 'autocomplete') || '')
        || [element, ...marked(element)].some(isMasked)) {
      risks.add('SECRET');
    }
  }

  // the button of a form that a key presses; `elements` lacks those that are pictures
  function senderOf(form) {
    const root = Node.prototype.getRootNode.call(form);
    return [...typeOf(root).prototype.querySelectorAll.call(root, 'button,input')].find(one => isSender(one) && formOf(one) === form);
  }

  function enters(element) {
    if (told(HTMLTextAreaElement, 'value', element) !== undefined) return;
    for (const field of around(element)) {
      const form = told(HTMLInputElement, 'form', field) ?? told(HTMLSelectElement, 'form', field);
      if (form) submits(form, senderOf(form));
    }
    activates(element);
  }

  // a function that puts back what a field holds now, or undoes what is typed into an editor
  function keep(element) {
    const type = [HTMLInputElement, HTMLTextAreaElement].find(one => told(one, 'value', element) !== undefined);
    if (!type) return () => Document.prototype.execCommand.call(document, 'undo');
    const [value, start, end] = ['value', 'selectionStart', 'selectionEnd'].map(name => of(type, name).call(element));
    return () => {
      Object.getOwnPropertyDescriptor(type.prototype, 'value').set.call(element, value);
      if (start !== null) type.prototype.setSelectionRange.call(element, start, end);
    };
  }

  // elements that may have a tree of the page's making which is closed to scripts; a `use` has a copy of what it shows
  const hosts = 'article,aside,blockquote,body,div,footer,h1,h2,h3,h4,h5,h6,header,main,nav,p,section,span,use';
  const mayHide = element => !shadowOf(element) && (tagOf(element).includes('-') || matches(element, hosts));
  const hiding = new WeakSet();
  const judged = new Set(); // since DevTools were asked
  const most = 1000000; // characters of an answer of DevTools, which repeats all attributes and the names of the element
  const namesOf = element => 2 * of(Element, 'tagName').call(element).length + (of(Element, 'namespaceURI').call(element) ?? '').length;
  let length = 0;
  let asked = [];

  function ask() {
    asked = [...judged];
    judged.clear();
    length = 0;
    return asked;
  }

  function hide(places) {
    places.forEach(place => asked[place] && hiding.add(asked[place]));
  }

  function hides(element) {
    if (mayHide(element) && !hiding.has(element) && !judged.has(element)) {
      length += 400 + namesOf(element) + [...of(Element, 'attributes').call(element)].reduce((sum, one) => sum + one.name.length + one.value.length, 0);
      if (length > most) return true;
      judged.add(element);
    }
    return hiding.has(element);
  }

  // what is inside another document, or a closed tree, cannot be seen from here
  function blind(element) {
    if ([...around(element)].filter(hides).length > 0 || matches(element, 'iframe,frame,fencedframe,object,embed,[usemap]')) {
      risks.add('UNKNOWN');
    }
    // the browser's own controls save a film, show it elsewhere, and open a menu with no script at all; it draws them without the
    // attribute, too: on the full screen, and where scripts are off
    if (matches(element, 'audio,video')) ['UNKNOWN', 'DOWNLOADS'].forEach(risk => risks.add(risk));
  }

  // how: `alt+` before it if that key is held; end: where a drag would end, or null
  function judge(manner, element, end) {
    risks = new Set();
    steps = 0;
    saves = manner.startsWith('alt+');
    const how = saves ? manner.slice('alt+'.length) : manner;
    if (element) {
      blind(element);
      if (how === 'click') activates(element);
      if (how === 'drag') follows(element);
      if (end) {
        blind(end);
        writes(end);
        const common = [...around(element)].find(one => [...around(end)].includes(one));
        if (common) activates(common); // there it is a click
      }
      if (how.startsWith('type') || how.startsWith('press') || how === 'drop') writes(element);
      if (how.endsWith('+enter')) enters(element);
      if (how.endsWith('+space')) activates(element);
    }
    const name = element && (attribute(element, 'aria-label') || attribute(element, 'name') || of(Node, 'textContent').call(element) || '').trim();
    return {
      address: location.href.slice(0, 2000),
      title: of(Document, 'title').call(document).slice(0, 200),
      target: element ? tagOf(element).toLowerCase().slice(0, 80) + ' "' + name.slice(0, 80) + '"' : '',
      risks: [...risks],
    };
  }

  // how: `then+` before it in the midst of an action: the focus may be nowhere because it is on its way into a frame of another
  // process, of which this one hears late
  function look(manner, x, y, toX, toY) {
    globalThis[Symbol.for('cadre.passwords')].scan();
    const isFurther = manner.startsWith('then+');
    const how = isFurther ? manner.slice('then+'.length) : manner;
    const element = how === '' ? null : find(x, y);
    const scene = judge(how, element, element && toX !== null ? find(toX, toY) : null);
    if (isFurther && (!element || matches(element, 'html,body'))) scene.risks.push('UNKNOWN');
    return scene;
  }

  const isArea = thing => told(HTMLAreaElement, 'shape', thing) !== undefined;
  const root = () => of(Document, 'documentElement').call(document);
  return {look, judge, keep, ask, hide, controlOf, hitIn, isArea, isElement, root};
})();
