import { disorderChance, faultChance } from './chance.js';
import { make } from './dom.js';
import { armedList, faultForm } from './faults.js';
import { call } from './sandbox.js';
import { choice, heading, openSheet, row, toggle } from './sheet.js';
import { pageOf, view } from './view.js';

/** The switches of the chosen Page: webhook, token, state, limits, people to order. */

const STATES = [
  ['ok', 'May send'],
  ['restricted', 'Restricted (10/1893063)'],
  ['policy_blocked', 'Blocked for policy (368)'],
];
const TOKENS = [
  ['live', 'Good'],
  ['460', 'Password changed (190/460)'],
  ['463', 'Expired (190/463)'],
  ['467', 'Invalid (190/467)'],
  ['458', 'App removed (190/458)'],
];
const UNAVAILABLE = [
  ['551', '551/1545041'],
  ['200', '200/1545041'],
];

/** Opens the switches. */
export function openPageSheet() {
  const id = view.page;
  const page = pageOf();
  if (!page) return;
  const problem = make('p', { class: 'problem', role: 'alert' });
  const good = make('p', { class: 'good', role: 'status' });
  const attempt = async (work, words = '') => {
    try {
      const done = await work();
      problem.textContent = '';
      good.textContent = typeof words === 'function' ? words(done) : words;
    } catch (error) {
      problem.textContent = error.message;
      good.textContent = '';
    }
  };
  const patch = (body) => attempt(() => call('PATCH', `pages/${id}`, body));
  const revoke = (state) => call('POST', `pages/${id}/token`, { revoked: state === 'live' ? null : Number(state) });

  const url = make('input', {
    type: 'url',
    placeholder: 'http://127.0.0.1:8080/webhook',
    value: page.webhook_url ?? '',
  });
  const setUrl = (event) => {
    event?.preventDefault();
    const value = url.value.trim() || null;
    const words = value ? 'The webhook passed the verification.' : 'Webhooks go nowhere now.';
    void attempt(() => call('POST', `pages/${id}/webhook`, { url: value }), words);
  };
  const webhook = make(
    'form',
    { class: 'line', onsubmit: setUrl },
    url,
    make('button', { type: 'submit', class: 'primary' }, 'Verify and use'),
  );
  url.setAttribute('aria-label', 'Webhook address');

  const token = make('input', { placeholder: 'A new token', 'aria-label': 'New token', autocomplete: 'off' });
  const newToken = () => {
    const value = token.value.trim();
    if (value) void attempt(() => call('POST', `pages/${id}/token`, { token: value }), 'The new token holds.');
  };
  const controls = {
    state: choice(STATES, (state) => patch({ state })),
    token_state: choice(TOKENS, (state) => attempt(() => revoke(state))),
    app_live: toggle((app_live) => patch({ app_live })),
    require_appsecret_proof: toggle((on) => patch({ require_appsecret_proof: on })),
    one_time_allowed: toggle((on) => patch({ one_time_allowed: on })),
    limits_enforced: toggle((on) => patch({ limits_enforced: on })),
    unavailable_code: choice(UNAVAILABLE, (code) => patch({ unavailable_code: Number(code) })),
  };
  const armed = armedList();
  const byChance = { read: () => pageOf(id), write: patch };
  const chances = [faultChance(byChance), disorderChance(byChance)];
  const gather = make('input', { type: 'number', min: '0', max: '60000', step: '1' });
  gather.addEventListener('change', () => patch({ webhook_batch_ms: Number(gather.value) }));
  gather.sync = (ms) => {
    if (document.activeElement !== gather) gather.value = String(ms);
  };
  const sync = () => {
    const now = pageOf(id);
    if (now) gather.sync(now.webhook_batch_ms);
    for (const [name, control] of Object.entries(controls)) if (now) control.sync(now[name]);
    armed.sync();
    for (const chance of chances) chance.sync();
  };
  sync();

  const seed = make('input', { type: 'number', value: '1', 'aria-label': 'Seed' });
  const count = make('input', { type: 'number', value: '5', min: '1', max: '10000', 'aria-label': 'How many' });
  const mixed = make('input', { type: 'checkbox' });
  const order = () => {
    const body = { seed: Number(seed.value), count: Number(count.value), mixed: mixed.checked };
    void attempt(
      () => call('POST', `pages/${id}/personas`, body),
      ({ made }) => `${made} new people.`,
    );
  };
  const name = make('input', { placeholder: 'Name', 'aria-label': 'Name of a new person', autocomplete: 'off' });
  const add = () => {
    const value = name.value.trim();
    if (value) void attempt(() => call('POST', 'people', { page: id, name: value }), `${value} is here.`);
  };
  const button = (words, onclick) => make('button', { type: 'button', onclick }, words);

  openSheet(
    page.name,
    [
      make('p', { class: 'hint' }, 'Page ', make('code', {}, page.page), ' of app ', make('code', {}, page.app_id)),
      heading('Webhook'),
      webhook,
      row('Gather events for one webhook, in ms', gather),
      heading('Access token'),
      row('The token is', controls.token_state),
      row('Replace it', token, button('Set', newToken)),
      heading('Page and app'),
      row('The Page', controls.state),
      row('The app is live', controls.app_live),
      row('Calls must prove the app secret', controls.require_appsecret_proof),
      row('One-time notifications allowed', controls.one_time_allowed),
      row('Rate limits refuse', controls.limits_enforced),
      row('Code for unreachable people', controls.unavailable_code),
      heading('Trouble for anybody on this Page'),
      faultForm({ page: id }),
      armed,
      heading('Trouble by chance'),
      ...chances,
      heading('People'),
      row('One', name, button('Add', add)),
      row('From a seed', seed, count, make('label', { class: 'check' }, mixed, 'mixed'), button('Make', order)),
      make(
        'p',
        { class: 'hint' },
        'The same seed gives the same people; mixed: some are blocked, muted, slow, offline …',
      ),
      problem,
      good,
    ],
    sync,
  );
}
