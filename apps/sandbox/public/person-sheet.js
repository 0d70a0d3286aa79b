import { faultChance } from './chance.js';
import { make } from './dom.js';
import { armedList, faultForm } from './faults.js';
import { call } from './sandbox.js';
import { choice, heading, openSheet, row, toggle } from './sheet.js';
import { pageOf, view } from './view.js';

/** The switches of one person. */

const STATES = [
  ['reachable', 'Reachable'],
  ['blocked', 'Has blocked the Page'],
  ['deactivated', 'Account deactivated'],
  ['thread_deleted', 'Thread deleted'],
  ['cannot_receive', 'Cannot receive'],
];
const RECEIPTS = [
  ['none', 'Tells nothing'],
  ['delivered', 'Delivered, never read'],
  ['read', 'Delivered and read'],
];
const DELAYS = [
  ['0', 'at once'],
  ['5000', 'after 5 s'],
  ['60000', 'after 1 min'],
  ['600000', 'after 10 min (slow)'],
  ['10800000', 'after 3 h'],
];
const REGIONS = ['EU', 'UK', 'US', 'JP', 'KR', 'AU', 'BR'];

/** Opens the switches of a phone's owner. */
export function openPersonSheet(phone) {
  const problem = make('p', { class: 'problem', role: 'alert' });
  const change = async (patch) => {
    try {
      await call('PATCH', `people/${phone.psid}`, patch);
      problem.textContent = '';
    } catch (error) {
      problem.textContent = error.message;
    }
    phone.changed(phone.psid);
  };
  const controls = {
    state: choice(STATES, (state) => change({ state })),
    offline: toggle((offline) => change({ offline })),
    muted: toggle((muted) => change({ muted })),
    receipts: choice(RECEIPTS, (receipts) => change({ receipts })),
    receipt_delay_ms: choice(DELAYS, (ms) => change({ receipt_delay_ms: Number(ms) })),
    region: choice(
      REGIONS.map((region) => [region, region]),
      (region) => change({ region }),
    ),
    eu_blocked: toggle((eu_blocked) => change({ eu_blocked })),
    has_role: toggle((has_role) => change({ has_role })),
    thread_owner: toggle((other) => change({ thread_owner: other ? '263902037430900' : null })),
  };
  const armed = armedList();
  const personNow = () => view.threads.get(phone.psid)?.person;
  const chance = faultChance({ read: personNow, write: change, inherit: () => pageOf(phone.person.page) });
  const sync = () => {
    const person = personNow();
    if (!person) return;
    for (const [name, control] of Object.entries(controls)) {
      const value = name === 'thread_owner' ? person.thread_owner !== null : person[name];
      // A value from elsewhere (the admin API takes any number) becomes a choice of its own.
      if (control.tagName === 'SELECT' && ![...control.options].some((option) => option.value === String(value))) {
        control.append(
          make('option', { value: String(value) }, name === 'receipt_delay_ms' ? `after ${value} ms` : String(value)),
        );
      }
      control.sync(value);
    }
    armed.sync();
    chance.sync();
  };
  const act = (words, verb) => make('button', { type: 'button', onclick: () => phone.act(verb) }, words);
  sync();
  const { person } = phone;
  openSheet(
    person.name,
    [
      make('p', { class: 'hint' }, make('code', {}, person.psid), ` · ${person.locale} · ${person.timezone}`),
      row('State', controls.state),
      row('Offline', controls.offline),
      row('Muted', controls.muted),
      heading('Receipts'),
      row('This device', controls.receipts),
      row('When', controls.receipt_delay_ms),
      row('By hand', act('Deliver now', 'deliver'), act('Read now', 'read')),
      heading('Rules'),
      row('Region', controls.region),
      row('Kept from some features (Europe)', controls.eu_blocked),
      row('Has a role on the app', controls.has_role),
      row('Another app owns the thread', controls.thread_owner),
      heading('Trouble for this person'),
      faultForm({ psid: phone.psid }),
      armed,
      heading('Trouble by chance for this person'),
      chance,
      problem,
    ],
    sync,
  );
}
