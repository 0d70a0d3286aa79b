import { icon, iconButton, make, picture } from './dom.js';

/** One message as the shopper sees it: bubble, cards, files, what waits for a tap, ticks. `phone` does what is tapped. */

/** Reactions with the names that webhooks give them. */
export const REACTIONS = [
  ['love', 'heart'],
  ['like', 'thumb'],
  ['smile', 'smile'],
];

const CTA_WORDS = { ALLOW: 'Allow', GET: 'Get', GET_UPDATES: 'Get updates', OPT_IN: 'Opt in', SIGN_UP: 'Sign up' };

/** `turn`: the other side spoke before; `tick`: 'sent', 'delivered' or 'read' if that is to be shown below. */
export function messageRow(phone, message, { turn, tick, quote }) {
  const { template, text, attachment, from } = message;
  const row = make('div', { class: `message ${from}${turn ? ' turn' : ''}`, tabindex: '-1', 'data-mid': message.mid });
  if (template) row.classList.add('wide');
  if (quote !== undefined) row.append(make('div', { class: 'quote' }, icon('reply'), make('span', {}, quote)));
  if (text !== null) row.append(make('div', { class: 'bubble' }, text));
  const card = cardsOf(phone, message);
  if (card) row.append(card);
  if (attachment) row.append(fileOf(attachment));
  if (message.right === 'one_time') caption(row, 'bell', 'The one alert you asked for');
  if (message.right === 'notification') caption(row, 'bell', 'An update you asked for');
  if (message.right === 'inbox') caption(row, 'reply', 'Written by hand, in the Page’s inbox');
  if (message.reaction) {
    const [, shape] = REACTIONS.find(([name]) => name === message.reaction) ?? [undefined, 'smile'];
    row.append(
      make('span', { class: `reaction ${shape}`, role: 'img', 'aria-label': `You: ${message.reaction}` }, icon(shape)),
    );
  }
  if (tick) row.append(make('div', { class: `tick ${tick}` }, icon(tick === 'sent' ? 'sent' : 'delivered'), tick));
  if (phone.person.started) row.append(tools(phone, message));
  return row;
}

function caption(row, shape, words) {
  row.append(make('div', { class: 'caption' }, icon(shape), words));
}

/** Shown when the pointer or the focus is on the message. */
function tools(phone, message) {
  const react = ([name, shape]) => {
    const given = message.reaction === name;
    const label = given ? `Take ${name} back` : `React with ${name}`;
    const act = () => phone.act('react', { mid: message.mid, ...(given ? {} : { reaction: name }) });
    return iconButton(shape, label, act, { 'aria-pressed': String(given) });
  };
  const reactions = message.from === 'page' ? REACTIONS.map(react) : [];
  const reply = iconButton('reply', 'Reply to this message', () => phone.replyTo(message));
  return make(
    'div',
    { class: 'tools', role: 'group', 'aria-label': 'What to do with this message' },
    ...reactions,
    reply,
  );
}

function cardsOf(phone, message) {
  const { template } = message;
  switch (template?.template_type) {
    case 'one_time_notif_req':
      return notifyCard(phone, message);
    case 'notification_messages':
      return updatesCard(phone, message);
    case 'button':
      return card(phone, message, { subtitle: template.text, buttons: template.buttons }, 0);
    case 'generic': {
      let from = 0;
      const cards = template.elements.map((element) => {
        const made = card(phone, message, element, from);
        from += element.buttons?.length ?? 0;
        return made;
      });
      return make(
        'div',
        { class: 'cards', ...(cards.length > 1 && { tabindex: '0', role: 'group', 'aria-label': 'Cards' }) },
        ...cards,
      );
    }
    default:
      return template ? make('div', { class: 'bubble odd' }, `A ${template.template_type} template`) : undefined;
  }
}

function notifyCard(phone, message) {
  const open = message.pending.some(({ kind }) => kind === 'notify_me');
  const tap = () => phone.act('tap-notify-me', { mid: message.mid });
  return bellCard(
    message.template.title,
    'One message, when it happens.',
    open ? tapButton('Notify Me', tap) : done('You will be notified'),
  );
}

function updatesCard(phone, message) {
  const { title = 'Updates and promotions', image_url: image, notification_messages_cta_text: cta } = message.template;
  const open = message.pending.some(({ kind }) => kind === 'get_updates');
  const tap = () => phone.act('tap-get-updates', { mid: message.mid });
  const verb = message.topic?.stopped ? 'resume' : 'stop';
  const change = () => phone.act(`${verb}-notifications`, { title });
  const buttons = [];
  if (open) buttons.push(tapButton(CTA_WORDS[cta] ?? 'Get updates', tap));
  else if (message.topic && !message.topic.stopped) buttons.push(done('You get updates'));
  if (message.topic)
    buttons.push(tapButton(message.topic.stopped ? 'Resume updates' : 'Stop updates', change, 'quiet'));
  const made = bellCard(
    title,
    message.topic?.stopped ? 'Stopped by you.' : 'Now and then, until you stop it.',
    ...buttons,
  );
  if (image) made.prepend(picture(title, image, 'photo'));
  return made;
}

function bellCard(title, words, ...buttons) {
  return make(
    'div',
    { class: 'card notify' },
    make(
      'div',
      { class: 'words' },
      make('div', { class: 'bell' }, icon('bell')),
      make('div', {}, make('strong', {}, title), make('span', { class: 'fine' }, words)),
    ),
    ...buttons,
  );
}

function tapButton(words, onclick, extra = '') {
  return make('button', { type: 'button', class: extra, onclick }, words);
}

function done(words) {
  return make('p', { class: 'done' }, icon('sent'), words);
}

function card(phone, message, { title, subtitle, image_url: image, default_action: action, buttons = [] }, from) {
  const words = make(
    'div',
    { class: 'words' },
    title ? make('strong', {}, title) : undefined,
    subtitle ? make('span', {}, subtitle) : undefined,
    action?.url
      ? make('a', { class: 'link', href: action.url, target: '_blank', rel: 'noopener noreferrer' }, siteOf(action.url))
      : undefined,
  );
  return make(
    'div',
    { class: 'card' },
    image ? picture(title ?? '', image, 'photo') : undefined,
    words,
    ...buttons.map((button, i) =>
      make(
        'button',
        { type: 'button', onclick: () => phone.press(message.mid, from + i, button.title), title: button.url },
        button.title,
      ),
    ),
  );
}

function siteOf(url) {
  return URL.canParse(url) ? new URL(url).host : url;
}

function fileOf({ type, url }) {
  const name =
    url && URL.canParse(url) ? decodeURIComponent(new URL(url).pathname.split('/').at(-1)) || url : `A saved ${type}`;
  if (url && type === 'image') {
    const img = make('img', { class: 'shot', src: url, alt: `Image ${name}`, referrerpolicy: 'no-referrer' });
    img.addEventListener('error', () => img.replaceWith(fileLink(name, url)), { once: true });
    return img;
  }
  if (url && (type === 'audio' || type === 'video')) {
    return make(type, { class: 'shot', src: url, controls: true, preload: 'none', 'aria-label': `${type} ${name}` });
  }
  return fileLink(name, url);
}

function fileLink(name, url) {
  const words = [icon('file'), make('span', {}, name)];
  if (!url) return make('div', { class: 'bubble file' }, ...words);
  return make('a', { class: 'bubble file', href: url, target: '_blank', rel: 'noopener noreferrer' }, ...words);
}

/** What a message says in a few words, for a quote. */
export function shortText({ text, template, attachment }) {
  const words = text ?? template?.title ?? template?.text ?? template?.elements?.[0]?.title ?? attachment?.type ?? '';
  return words.length > 60 ? `${words.slice(0, 59)}…` : words;
}
