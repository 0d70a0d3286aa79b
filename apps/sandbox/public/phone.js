import { arrowKeys, icon, iconButton, make, picture } from './dom.js';
import { messageRow, shortText } from './message.js';
import { openPersonSheet } from './person-sheet.js';
import { call } from './sandbox.js';
import { durationText, now, pageOf, stampText, timeOfDay } from './view.js';

const NEW_STAMP_AFTER = 10 * 60_000;

/** Why nothing reaches a person. */
const STATES = {
  blocked: 'has blocked the Page',
  deactivated: 'has deactivated the account',
  thread_deleted: 'has deleted the thread',
  cannot_receive: 'cannot receive messages',
};

/** One phone: shows a thread and does what its owner would. Keeps nothing that matters. */
export class Phone {
  constructor(psid, changed) {
    this.psid = psid;
    this.changed = changed;
    this.rows = new Map();
    this.first = true;
    this.name = make('h2');
    this.facts = make('span', { class: 'facts' });
    this.settings = iconButton('gear', 'Settings of this person', () => openPersonSheet(this));
    this.time = make('span', { class: 'time' });
    this.head = make('div', { class: 'head' });
    this.notice = make('p', { class: 'notice', role: 'status' });
    this.thread = make('div', {
      ...{ class: 'thread', role: 'log', 'aria-live': 'polite', tabindex: '0' },
      'aria-description': 'Arrow keys walk through the messages; Tab goes to what can be done with one.',
    });
    arrowKeys(this.thread, '.message');
    this.problem = make('p', { class: 'problem', role: 'alert' });
    this.quoted = make('div', { class: 'quoted', hidden: true });
    this.menu = iconButton('menu', 'Menu of the Page', () => this.showMenu(), {
      'aria-expanded': 'false',
      hidden: true,
    });
    this.entries = make('div', { class: 'entries', role: 'group', 'aria-label': 'Menu', hidden: true });
    this.input = make('input', { name: 'text', placeholder: 'Aa', autocomplete: 'off' });
    this.sendButton = make('button', { type: 'submit', 'aria-label': 'Send' }, icon('send'));
    this.composer = make(
      'form',
      { class: 'composer', onsubmit: (event) => this.send(event) },
      this.entries,
      this.quoted,
      this.menu,
      this.input,
      this.sendButton,
    );
    this.startNote = make('span');
    this.questions = make('div', { class: 'questions', role: 'group', 'aria-label': 'Questions' });
    this.startButton = make('button', { type: 'button', onclick: () => this.act('tap-get-started') }, 'Get Started');
    this.start = make('div', { class: 'start' }, this.questions, this.startNote, this.startButton);
    const status = make(
      'div',
      { class: 'status', 'aria-hidden': 'true' },
      this.time,
      make('span', { class: 'island' }),
      icon('battery', '0 0 40 13'),
    );
    const screen = [status, this.head, this.notice, this.thread, this.problem, this.composer, this.start];
    this.box = make(
      'article',
      { class: 'phone-box', 'data-psid': psid },
      make('div', { class: 'owner' }, this.name, this.facts, this.settings),
      make('div', { class: 'phone' }, ...screen),
    );
  }

  render({ person, profile, messages, waiting }) {
    this.person = person;
    const pageName = pageOf(person.page)?.name ?? person.page;
    this.name.textContent = person.name;
    this.settings.setAttribute('aria-label', `Settings of ${person.name}`);
    this.box.setAttribute('aria-label', `${person.name}’s phone`);
    this.thread.setAttribute('aria-label', `Messages between ${person.name} and ${pageName}`);
    this.thread.setAttribute('aria-live', person.muted ? 'off' : 'polite');
    this.input.setAttribute('aria-label', `Message from ${person.name}`);
    if (this.pageName !== pageName) {
      this.pageName = pageName;
      this.head.replaceChildren(
        picture(pageName, undefined, 'avatar'),
        make('div', {}, make('strong', {}, pageName), make('small', {}, 'Business chat')),
      );
    }
    // A Page without Get Started button and questions is written to at once.
    const begun = person.started || waiting.some(({ kind }) => kind === 'begin');
    const begins = !begun && (profile.get_started || profile.ice_breakers.length > 0);
    this.composer.hidden = begins;
    this.start.hidden = !begins;
    this.renderProfile(profile);
    this.startNote.textContent = person.pending_ref
      ? `${person.name} came through a “notify me” link.`
      : `${pageName} learns nothing until you tap.`;
    this.box.classList.toggle('offline', person.offline);
    const arrived = person.offline ? messages.filter((message) => !waits(person, message)) : messages;
    this.renderNotice(person, messages.length - arrived.length);
    this.renderRows(person, arrived, waiting);
    this.tick();
  }

  /** What the Page shows beside the messages: greeting, questions, menu. */
  renderProfile(profile) {
    const signature = JSON.stringify(profile);
    if (this.profile === signature) return;
    this.profile = signature;
    this.greeting = profile.greeting;
    this.startButton.hidden = profile.ice_breakers.length > 0;
    const ask = (index) => () => this.act('tap-ice-breaker', { index });
    this.questions.replaceChildren(
      ...profile.ice_breakers.map(({ question }, index) =>
        make('button', { type: 'button', onclick: ask(index) }, question),
      ),
    );
    this.menu.hidden = profile.menu.length === 0;
    this.input.hidden = profile.composer_disabled;
    this.sendButton.hidden = profile.composer_disabled;
    const choose = (index) => async () => {
      this.showMenu(false);
      const done = await this.act('press-menu', { index });
      if (done?.kind === 'opened') window.open(done.url, '_blank', 'noopener');
    };
    this.entries.replaceChildren(
      ...profile.menu.map(({ title }, index) => make('button', { type: 'button', onclick: choose(index) }, title)),
    );
    this.showMenu(false);
  }

  showMenu(open = this.entries.hidden) {
    this.entries.hidden = !open;
    this.menu.setAttribute('aria-expanded', String(open));
    if (open) this.entries.querySelector('button')?.focus();
  }

  /** What about this person is out of the ordinary. */
  renderNotice(person, waiting) {
    const words = [];
    if (person.offline)
      words.push(waiting > 0 ? `Offline: ${waiting} ${waiting === 1 ? 'message waits' : 'messages wait'}` : 'Offline');
    if (STATES[person.state]) words.push(`${person.name} ${STATES[person.state]}`);
    if (person.muted) words.push('Muted');
    if (person.thread_owner) words.push(`App ${person.thread_owner} owns the thread`);
    const text = words.join(' · ');
    if (this.notice.textContent !== text) this.notice.textContent = text;
  }

  /** Keyed by message: what did not change keeps its element, its focus and its place. */
  renderRows(person, messages, waiting) {
    const atBottom = this.thread.scrollHeight - this.thread.scrollTop - this.thread.clientHeight < 60;
    const wanted = [['intro', `${this.pageName} ${this.greeting}`, () => this.intro()]];
    const byMid = new Map(messages.map((message) => [message.mid, message]));
    const ticks = ticksOf(messages);
    let last;
    for (const message of messages) {
      if (!last || message.at - last.at > NEW_STAMP_AFTER) {
        const words = stampText(message.at, person.timezone);
        const datetime = new Date(message.at).toISOString();
        wanted.push([`stamp ${message.mid}`, words, () => make('time', { class: 'stamp', datetime }, words)]);
      }
      const answered = message.reply_to === null ? undefined : byMid.get(message.reply_to);
      const shape = {
        turn: last?.from !== message.from,
        tick: ticks.get(message.mid),
        quote: message.reply_to === null ? undefined : answered ? shortText(answered) : 'An earlier message',
      };
      // Times of receipts show only as ticks; without them in the signature a card keeps the focus when it is read.
      const { delivered_at: _delivered, read_at: _read, ...shown } = message;
      wanted.push([
        message.mid,
        JSON.stringify([shown, shape, person.started]),
        () => messageRow(this, message, shape),
      ]);
      last = message;
    }
    waiting.forEach((deed, index) => wanted.push([`waiting ${index}`, JSON.stringify(deed), () => waitingRow(deed)]));
    const replies = last?.pending.filter(({ kind }) => kind === 'quick_reply') ?? [];
    if (replies.length > 0) wanted.push(['quick', last.mid, () => this.quickReplies(last, replies)]);
    if (person.typing && !person.offline) wanted.push(['typing', '', () => this.typing()]);
    this.placeRows(wanted);
    if (this.first || atBottom) this.scrollDown();
    this.first = false;
  }

  placeRows(wanted) {
    const rows = new Map();
    let changed = false;
    let focus;
    for (const [key, signature, build] of wanted) {
      const known = this.rows.get(key);
      if (known?.signature === signature) rows.set(key, known);
      else {
        const element = build();
        if (!known && !this.first && element.classList.contains('message')) element.classList.add('fresh');
        if (known?.element.contains(document.activeElement)) focus = element.tabIndex >= -1 ? element : undefined;
        rows.set(key, { signature, element });
        changed = true;
      }
    }
    if (!changed && rows.size === this.rows.size) return;
    const had = this.thread.contains(document.activeElement) ? document.activeElement : undefined;
    const elements = [...rows.values()].map((row) => row.element);
    for (const child of [...this.thread.children]) if (!elements.includes(child)) child.remove();
    elements.forEach((element, i) => {
      if (this.thread.children[i] !== element) this.thread.insertBefore(element, this.thread.children[i] ?? null);
    });
    this.rows = rows;
    if (had && !this.thread.contains(document.activeElement)) {
      (focus ?? (this.thread.contains(had) ? had : this.thread)).focus({ preventScroll: true });
    }
  }

  scrollDown() {
    this.thread.scrollTop = this.thread.scrollHeight;
  }

  /** Shows a message, as a search found it. */
  reveal(mid) {
    const row = this.rows.get(mid)?.element;
    row?.scrollIntoView({ block: 'center' });
    row?.focus({ preventScroll: true });
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
      this.greeting ?? 'Messages from the shop appear here.',
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
    return make('div', { class: 'typing page turn', role: 'img', 'aria-label': `${this.pageName} is typing` }, dots);
  }

  /** The next message answers this one. */
  replyTo(message) {
    this.answers = message.mid;
    const drop = () => {
      this.replyToNothing();
      this.input.focus();
    };
    this.quoted.replaceChildren(
      icon('reply'),
      make('span', {}, shortText(message)),
      iconButton('close', 'Reply to nothing', drop),
    );
    this.quoted.hidden = false;
    this.input.focus();
  }

  replyToNothing() {
    this.answers = undefined;
    this.quoted.hidden = true;
  }

  async press(mid, index, title) {
    const done = await this.act('press', { mid, index, title });
    if (done?.kind === 'opened') window.open(done.url, '_blank', 'noopener');
  }

  async send(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (text === '') return;
    const answers = this.answers === undefined ? {} : { reply_to: this.answers };
    if (await this.act('say', { text, ...answers })) {
      this.input.value = '';
      this.replyToNothing();
    }
    this.scrollDown();
  }

  /** Does something as this person; what went wrong is shown on the phone. */
  async act(verb, body = {}) {
    try {
      const done = await call('POST', `people/${this.psid}/${verb}`, body);
      this.problem.textContent = '';
      this.changed(this.psid);
      return done;
    } catch (error) {
      this.problem.textContent = error.message;
      return undefined;
    }
  }
}

/** Whether a message waits until the device is on again. */
function waits({ offline_since: since }, { from, at, delivered_at: delivered }) {
  return from === 'page' && delivered === null && at >= since;
}

/** Something that was done on a phone that is offline. */
function waitingRow({ words }) {
  return make(
    'div',
    { class: 'message person waiting', tabindex: '-1' },
    make('div', { class: 'bubble' }, words),
    make('div', { class: 'tick' }, icon('sent'), 'waiting to be sent'),
  );
}

/** Below which of the Page's messages a tick stands: the last one, and wherever the next one has come less far. */
function ticksOf(messages) {
  const ticks = new Map();
  let next;
  for (const { mid, from, read_at: read, delivered_at: delivered } of messages.toReversed()) {
    if (from !== 'page') continue;
    const tick = read !== null ? 'read' : delivered !== null ? 'delivered' : 'sent';
    if (tick !== next) ticks.set(mid, tick);
    next = tick;
  }
  return ticks;
}
