/* global document, location, window, localStorage, matchMedia, addEventListener, EventSource */
/**
 * The phones. Shows what the admin API tells and does what a person would do; keeps nothing that matters.
 * The stream says what changed, this page then fetches it: so a missed event costs nothing but a moment.
 */

const $ = (id) => document.getElementById(id);
const PHONE_WIDTH = 372;
const TABS_MAX = 40;
const NEW_STAMP_AFTER = 10 * 60_000;
/** Colours that go together, for Pages and products without a picture. */
const HUES = [212, 168, 258, 24, 340, 196, 138, 286];

const BELL =
  'M12 2.500a6 6 0 0 0-6 6c0 5-2 6.500-2 6.500h16s-2-1.500-2-6.500a6 6 0 0 0-6-6zM9.700 17a2.300 2.300 0 0 0 4.600 0z';
const SEND = 'M3.400 20.400 21 12 3.400 3.600l-.1 6.500L15 12 3.300 13.900z';
const HEART = 'M12 20.500 4.300 13a5 5 0 0 1 7.100-7.100l.6.6.6-.6a5 5 0 0 1 7.100 7.100z';
const BATTERY =
  'M1 8h2v4H1zm4-2h2v6H5zm4-2h2v8H9zm4-2h2v10h-2zM22 3h13a2 2 0 0 1 2 2v4a2 2 0 0 1-2 2H22a2 2 0 0 1-2-2V5c0-1.100.9-2 2-2zm16 3h1.500v2H38z';

/** What is known of the sandbox, and what this page shows of it. */
const view = {
  overview: { pages: [], people: [], products: [], clock: { now: Date.now(), frozen: false, offset_ms: 0 } },
  threads: new Map(),
  page: undefined,
  shown: [],
  unseen: new Map(),
  phones: new Map(),
};

// ---- talking to the sandbox ----

async function call(method, path, body) {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(`/admin/${path}`, init);
  const text = await answer.text();
  const value = text === '' ? undefined : JSON.parse(text);
  if (!answer.ok) throw new Error(value?.error?.message ?? `The sandbox answered ${answer.status}.`);
  return value;
}

/** Runs at most one fetch at a time per name, and once more if something changed meanwhile. */
const running = new Map();
function refresh(name, work) {
  if (running.has(name)) {
    running.set(name, 'again');
    return;
  }
  running.set(name, 'once');
  void work()
    .catch(() => undefined)
    .then(() => {
      const again = running.get(name) === 'again';
      running.delete(name);
      if (again) refresh(name, work);
    });
}

const refreshOverview = () =>
  refresh('overview', async () => {
    view.overview = await call('GET', 'overview');
    renderOverview();
  });

const refreshThread = (psid) =>
  refresh(`thread ${psid}`, async () => {
    const thread = await call('GET', `people/${psid}/thread`);
    view.threads.set(psid, thread);
    renderPhone(psid);
    renderTabs();
  });

function listen() {
  const stream = new EventSource('/admin/stream');
  stream.onopen = () => {
    setLive('live', 'live');
    refreshOverview();
    for (const psid of view.shown) refreshThread(psid);
  };
  stream.onerror = () => setLive('lost', 'reconnecting');
  stream.onmessage = ({ data }) => {
    const change = JSON.parse(data);
    if (change.type === 'thread') {
      if (view.shown.includes(change.psid)) refreshThread(change.psid);
      else {
        view.unseen.set(change.psid, (view.unseen.get(change.psid) ?? 0) + 1);
        renderTabs();
      }
    } else if (change.type === 'pages' || change.type === 'people' || change.type === 'clock') refreshOverview();
  };
}

function setLive(state, words) {
  $('live').dataset.state = state;
  $('live').textContent = words;
}

// ---- small tools ----

/** Makes an element; children may be strings. Text never becomes markup. */
function make(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'class') element.className = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

function icon(path, box = '0 0 24 24') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', box);
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

/** A picture, or a coloured field with an initial when there is none or it does not load. */
function picture(words, url, extra = '') {
  const field = make('div', { class: `picture ${extra}`, 'aria-hidden': 'true' }, initials(words));
  let sum = 0;
  for (const c of words) sum = (sum * 31 + c.codePointAt(0)) % 9973;
  field.style.setProperty('--hue', String(HUES[sum % HUES.length]));
  if (url) {
    const img = make('img', { src: url, alt: '', referrerpolicy: 'no-referrer' });
    img.addEventListener('load', () => field.replaceChildren(img));
  }
  return field;
}

function initials(words) {
  return words.trim().slice(0, 1).toUpperCase() || '?';
}

const now = () => {
  const { clock } = view.overview;
  return clock.frozen ? clock.now : Date.now() + clock.offset_ms;
};

/** A time of day where the person is; an unknown zone falls back to this machine's. */
function timeOfDay(at, zone, more = {}) {
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...more };
  try {
    return new Intl.DateTimeFormat(undefined, { ...options, timeZone: zone }).format(at);
  } catch {
    return new Intl.DateTimeFormat(undefined, options).format(at);
  }
}

function stampText(at, zone) {
  const day = { weekday: 'short', day: 'numeric', month: 'short' };
  const today = timeOfDay(now(), zone, day).split(',')[0] === timeOfDay(at, zone, day).split(',')[0];
  return today && Math.abs(now() - at) < 86_400_000 ? timeOfDay(at, zone) : timeOfDay(at, zone, day);
}

// ---- overview: Pages, people, product pages, clock ----

function renderOverview() {
  const { pages, people, products } = view.overview;
  if (!pages.some(({ page }) => page === view.page)) view.page = pages[0]?.page;
  fillSelect(
    $('page'),
    pages.map(({ page, name }) => [page, name]),
    view.page,
  );
  $('page-choice').hidden = pages.length < 2;

  const here = people.filter(({ page }) => page === view.page);
  const visitor = $('visitor').value;
  fillSelect(
    $('visitor'),
    here.map(({ psid, name }) => [psid, name]),
    visitor,
  );
  $('products').replaceChildren(...products.filter(({ page }) => page === view.page).map(productCard));
  $('empty').hidden = here.length > 0;
  $('empty-code').textContent = exampleCalls();
  choosePhones(here);
  renderClock();
}

function fillSelect(select, options, chosen) {
  select.replaceChildren(...options.map(([value, words]) => make('option', { value }, words)));
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}

function productCard(product) {
  return make(
    'li',
    { class: 'product' },
    picture(product.title, product.image_url),
    make('h3', {}, product.title, product.subtitle ? make('span', { class: 'sub' }, product.subtitle) : undefined),
    make(
      'button',
      { type: 'button', 'aria-label': `Notify me about ${product.title}`, onclick: () => openLink(product.link) },
      'Notify me',
    ),
  );
}

async function openLink(url) {
  const psid = $('visitor').value;
  const note = $('shop-note');
  const name = view.overview.people.find((person) => person.psid === psid)?.name ?? 'Nobody';
  delete note.dataset.bad;
  try {
    const { outcome } = await call('POST', `people/${psid}/click-link`, { url });
    note.textContent = {
      waiting_for_get_started: `${name} sees the chat: now tap Get Started.`,
      referral_sent: `${name} is in the chat, and the shop knows which product.`,
      thread_opened: `${name} is in the chat; the link named no product.`,
    }[outcome];
    showPhone(psid);
  } catch (error) {
    note.dataset.bad = '';
    note.textContent = error.message;
  }
}

function exampleCalls() {
  const at = location.origin;
  return [
    `curl ${at}/admin/pages -d '{"page":"100","name":"My shop",`,
    `  "token":"my-token","app_id":"1","app_secret":"my-secret"}'`,
    `curl ${at}/admin/people -d '{"page":"100","name":"Ida"}'`,
  ].join('\n');
}

function renderClock() {
  const { clock } = view.overview;
  const at = now();
  const words = {
    day: new Date(at).toLocaleDateString(undefined, { dateStyle: 'medium' }),
    time: timeOfDay(at, undefined),
  };
  if ($('clock').textContent !== words.day + words.time) {
    $('clock').replaceChildren(make('span', { class: 'day' }, words.day), make('span', {}, words.time));
  }
  $('clock').setAttribute('datetime', new Date(at).toISOString());
  const shifted = clock.frozen || Math.abs(at - Date.now()) > 2000;
  $('clock-shift').hidden = !shifted;
  $('clock-shift').textContent = clock.frozen ? 'stopped' : shiftText(at - Date.now());
  $('clock-reset').hidden = !shifted;
}

function shiftText(ms) {
  const hours = Math.round(ms / 3_600_000);
  if (hours === 0) return `${ms > 0 ? '+' : '−'}${Math.round(Math.abs(ms) / 60_000)} min`;
  const days = Math.trunc(hours / 24);
  const words = [days ? `${Math.abs(days)} d` : '', hours % 24 ? `${Math.abs(hours % 24)} h` : ''].filter(Boolean);
  return `${ms > 0 ? '+' : '−'}${words.join(' ')}`;
}

// ---- which phones are on the stage ----

function roomFor() {
  return Math.max(1, Math.floor(($('phones').clientWidth + 22) / PHONE_WIDTH));
}

function choosePhones(here) {
  const room = roomFor();
  const kept = view.shown.filter((psid) => here.some((person) => person.psid === psid)).slice(0, room);
  const others = here.map(({ psid }) => psid).filter((psid) => !kept.includes(psid));
  show(here, [...kept, ...others].slice(0, room));
}

function show(here, psids) {
  // On the stage people keep the order in which they were made.
  const ordered = here.map(({ psid }) => psid).filter((psid) => psids.includes(psid));
  const before = view.shown;
  view.shown = ordered;
  for (const psid of [...view.phones.keys()]) if (!ordered.includes(psid)) view.phones.delete(psid);
  for (const psid of ordered) {
    view.unseen.delete(psid);
    if (!view.phones.has(psid)) view.phones.set(psid, new Phone(psid));
    if (!before.includes(psid) || !view.threads.has(psid)) refreshThread(psid);
    else renderPhone(psid);
  }
  const boxes = ordered.map((psid) => view.phones.get(psid).box);
  const stage = $('phones');
  if (boxes.length !== stage.children.length || boxes.some((box, i) => stage.children[i] !== box)) {
    stage.replaceChildren(...boxes);
    for (const psid of ordered) view.phones.get(psid).scrollDown();
  }
  renderTabs();
}

function showPhone(psid) {
  const here = view.overview.people.filter(({ page }) => page === view.page);
  if (view.shown.includes(psid)) return;
  show(here, [psid, ...view.shown].slice(0, roomFor()));
}

function renderTabs() {
  const here = view.overview.people.filter(({ page }) => page === view.page);
  $('tabs').hidden = here.length <= view.shown.length;
  if ($('tabs').hidden) return;
  const focused = document.activeElement?.dataset?.psid;
  $('tabs').replaceChildren(
    ...here.slice(0, TABS_MAX).map(({ psid, name }) => {
      const unseen = view.unseen.get(psid);
      return make(
        'button',
        {
          type: 'button',
          'data-psid': psid,
          'aria-pressed': String(view.shown.includes(psid)),
          onclick: () => {
            $('visitor').value = psid;
            showPhone(psid);
          },
        },
        name,
        unseen ? make('span', { class: 'fresh', 'aria-label': `${unseen} new` }, String(unseen)) : undefined,
      );
    }),
  );
  if (focused) $('tabs').querySelector(`[data-psid="${focused}"]`)?.focus();
}

// ---- one phone ----

function renderPhone(psid) {
  const thread = view.threads.get(psid);
  if (thread) view.phones.get(psid)?.render(thread);
}

class Phone {
  constructor(psid) {
    this.psid = psid;
    this.rows = new Map();
    this.first = true;
    this.name = make('h2');
    this.facts = make('span');
    this.time = make('span', { class: 'time' });
    this.head = make('div', { class: 'head' });
    this.thread = make('div', { class: 'thread', role: 'log', 'aria-live': 'polite', tabindex: '0' });
    this.problem = make('p', { class: 'problem', role: 'alert' });
    this.input = make('input', { name: 'text', placeholder: 'Aa', autocomplete: 'off' });
    this.composer = make(
      'form',
      { class: 'composer', onsubmit: (event) => this.send(event) },
      this.input,
      make('button', { type: 'submit', 'aria-label': 'Send' }, icon(SEND)),
    );
    this.startNote = make('span');
    this.start = make(
      'div',
      { class: 'start' },
      this.startNote,
      make('button', { type: 'button', onclick: () => this.act('tap-get-started') }, 'Get Started'),
    );
    this.box = make(
      'article',
      { class: 'phone-box' },
      make('div', { class: 'owner' }, this.name, this.facts),
      make(
        'div',
        { class: 'phone' },
        make(
          'div',
          { class: 'status', 'aria-hidden': 'true' },
          this.time,
          make('span', { class: 'island' }),
          icon(BATTERY, '0 0 40 13'),
        ),
        this.head,
        this.thread,
        this.problem,
        this.composer,
        this.start,
      ),
    );
  }

  render({ person, messages }) {
    this.person = person;
    const page = view.overview.pages.find((one) => one.page === person.page);
    const pageName = page?.name ?? person.page;
    this.name.textContent = person.name;
    this.box.setAttribute('aria-label', `${person.name}’s phone`);
    this.thread.setAttribute('aria-label', `Messages between ${person.name} and ${pageName}`);
    this.input.setAttribute('aria-label', `Message from ${person.name}`);
    if (this.pageName !== pageName) {
      this.pageName = pageName;
      this.head.replaceChildren(
        picture(pageName, undefined, 'avatar'),
        make('div', {}, make('strong', {}, pageName), make('small', {}, 'Business chat')),
      );
    }
    this.composer.hidden = !person.started;
    this.start.hidden = person.started;
    this.startNote.textContent = person.pending_ref
      ? `${person.name} came through a “notify me” link.`
      : `${pageName} learns nothing until you tap.`;
    this.renderRows(person, messages);
    this.tick();
  }

  /** Keyed by message: what did not change keeps its element, its focus and its place. */
  renderRows(person, messages) {
    const atBottom = this.thread.scrollHeight - this.thread.scrollTop - this.thread.clientHeight < 60;
    const wanted = [['intro', this.pageName, () => this.intro()]];
    let last;
    for (const message of messages) {
      if (!last || message.at - last.at > NEW_STAMP_AFTER) {
        const words = stampText(message.at, person.timezone);
        const datetime = new Date(message.at).toISOString();
        wanted.push([`stamp ${message.mid}`, words, () => make('time', { class: 'stamp', datetime }, words)]);
      }
      const turn = last?.from !== message.from;
      wanted.push([message.mid, JSON.stringify([message, turn]), () => this.message(message, turn)]);
      last = message;
    }
    const replies = last?.pending.filter(({ kind }) => kind === 'quick_reply') ?? [];
    if (replies.length > 0) wanted.push(['quick', last.mid, () => this.quickReplies(last, replies)]);
    if (person.typing) wanted.push(['typing', '', () => this.typing()]);

    const rows = new Map();
    let added = false;
    for (const [key, signature, build] of wanted) {
      const known = this.rows.get(key);
      if (known?.signature === signature) rows.set(key, known);
      else {
        const element = build();
        if (!known && !this.first && element.classList.contains('message')) element.classList.add('fresh');
        if (known?.element.contains(document.activeElement)) queueMicrotask(() => this.thread.focus());
        rows.set(key, { signature, element });
        added = true;
      }
    }
    if (added || rows.size !== this.rows.size) this.thread.replaceChildren(...[...rows.values()].map((r) => r.element));
    this.rows = rows;
    if (this.first || atBottom) this.scrollDown();
    this.first = false;
  }

  scrollDown() {
    this.thread.scrollTop = this.thread.scrollHeight;
  }

  /** What depends on the time: the phone's clock and how long the window stays open. */
  tick() {
    if (!this.person) return;
    const { timezone, window_until: until, started } = this.person;
    this.time.textContent = timeOfDay(now(), timezone);
    const left = until === null ? -1 : until - now();
    const window = !started ? 'new here' : left < 0 ? 'window closed' : `window open ${durationText(left)}`;
    this.facts.textContent = `${timezone.split('/').at(-1).replaceAll('_', ' ')} · ${window}`;
  }

  intro() {
    return make(
      'div',
      { class: 'intro' },
      picture(this.pageName, undefined, 'avatar'),
      make('strong', {}, this.pageName),
      'Messages from the shop appear here.',
    );
  }

  message(message, turn) {
    const row = make('div', { class: `message ${message.from}${turn ? ' turn' : ''}` });
    const { template, text } = message;
    if (template) row.classList.add('wide');
    if (text !== null) row.append(make('div', { class: 'bubble' }, text));
    if (template?.template_type === 'one_time_notif_req') row.append(this.notifyCard(message, template));
    if (template?.template_type === 'button')
      row.append(this.card({ subtitle: template.text }, message, 0, template.buttons));
    if (template?.template_type === 'generic') {
      const cards = make('div', { class: 'cards' });
      let from = 0;
      for (const element of template.elements) {
        cards.append(this.card(element, message, from, element.buttons ?? []));
        from += element.buttons?.length ?? 0;
      }
      row.append(cards);
    }
    if (message.right === 'one_time') {
      row.append(make('div', { class: 'caption' }, icon(BELL), 'The one alert you asked for'));
    }
    if (message.reaction)
      row.append(make('span', { class: 'reaction', role: 'img', 'aria-label': message.reaction }, icon(HEART)));
    if (message.from === 'page') {
      row.title = 'Double-click to react';
      row.addEventListener('dblclick', ({ target }) => {
        if (target.closest('button')) return;
        void this.act('react', { mid: message.mid, ...(message.reaction ? {} : { reaction: 'love' }) });
      });
    }
    return row;
  }

  notifyCard(message, { title }) {
    const open = message.pending.some(({ kind }) => kind === 'notify_me');
    const button = open
      ? make('button', { type: 'button', onclick: () => this.act('tap-notify-me', { mid: message.mid }) }, 'Notify Me')
      : make('button', { type: 'button', disabled: true }, '✓ You will be notified');
    return make(
      'div',
      { class: 'card notify' },
      make(
        'div',
        { class: 'words' },
        make('div', { class: 'bell' }, icon(BELL)),
        make('div', {}, make('strong', {}, title), make('span', { class: 'small' }, 'One message, when it happens.')),
      ),
      button,
    );
  }

  card({ title, subtitle, image_url: image, default_action: action }, message, from, buttons) {
    const words = make(
      'div',
      { class: 'words' },
      title ? make('strong', {}, title) : undefined,
      subtitle ? make('span', {}, subtitle) : undefined,
    );
    if (action?.url) words.title = action.url;
    return make(
      'div',
      { class: 'card' },
      image ? picture(title, image, 'photo') : undefined,
      words,
      ...buttons.map((button, i) =>
        make(
          'button',
          { type: 'button', onclick: () => this.press(message.mid, from + i, button.title), title: button.url },
          button.title,
        ),
      ),
    );
  }

  quickReplies(message, replies) {
    const press = (title) => () => this.act('press', { mid: message.mid, title });
    return make(
      'div',
      { class: 'quick', role: 'group', 'aria-label': 'Quick replies' },
      ...replies.map(({ title }) => make('button', { type: 'button', onclick: press(title) }, title)),
    );
  }

  typing() {
    const dots = make('div', { class: 'bubble dots' }, make('i'), make('i'), make('i'));
    return make('div', { class: 'message page turn', 'aria-label': `${this.pageName} is typing` }, dots);
  }

  async press(mid, index, title) {
    const done = await this.act('press', { mid, index, title });
    if (done?.kind === 'opened') window.open(done.url, '_blank', 'noopener');
  }

  async send(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (text === '') return;
    if (await this.act('say', { text })) this.input.value = '';
    this.scrollDown();
  }

  /** Does something as this person; what went wrong is shown on the phone. */
  async act(verb, body = {}) {
    try {
      const done = await call('POST', `people/${this.psid}/${verb}`, body);
      this.problem.textContent = '';
      refreshThread(this.psid);
      return done;
    } catch (error) {
      this.problem.textContent = error.message;
      return undefined;
    }
  }
}

function durationText(ms) {
  const minutes = Math.ceil(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

// ---- controls ----

$('page').addEventListener('change', () => {
  view.page = $('page').value;
  renderOverview();
});
$('visitor').addEventListener('change', () => showPhone($('visitor').value));
$('link-form').addEventListener('submit', (event) => {
  event.preventDefault();
  void openLink($('link').value.trim());
});
for (const button of document.querySelectorAll('[data-advance]')) {
  button.addEventListener('click', () => void call('POST', 'clock', { advance_ms: Number(button.dataset.advance) }));
}
$('clock-reset').addEventListener('click', () => void call('POST', 'clock', { reset: true }));
$('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  localStorage.setItem('sandbox.theme', root.dataset.theme);
});
const theme = localStorage.getItem('sandbox.theme');
if (theme) document.documentElement.dataset.theme = theme;
addEventListener('resize', () => choosePhones(view.overview.people.filter(({ page }) => page === view.page)));
setInterval(() => {
  renderClock();
  for (const phone of view.phones.values()) phone.tick();
}, 1000);

listen();
