import { $, arrowKeys, make } from './dom.js';
import { call } from './sandbox.js';
import { showPhone } from './stage.js';
import { stampText, view } from './view.js';

/** Search over people and messages, in the top bar. */

const WAIT_MS = 150;
let waiting;
let asked = 0;

async function look() {
  const words = $('search').value.trim();
  const mine = (asked += 1);
  if (words === '') return hide();
  const query = new URLSearchParams({ q: words, ...(view.page && { page: view.page }) });
  const { people, messages } = await call('GET', `search?${query}`);
  // A slow answer to what was typed before must not replace a newer one.
  if (mine !== asked) return undefined;
  const found = [...people.map(personRow), ...messages.map(messageRow)];
  const none = make('p', { class: 'hint' }, 'Nobody and nothing found.');
  $('found').replaceChildren(...(found.length > 0 ? found : [none]));
  $('found').hidden = false;
  $('search').setAttribute('aria-expanded', 'true');
  return undefined;
}

function personRow(person) {
  const go = () => goTo(person);
  return make(
    'button',
    { type: 'button', onclick: go },
    make('strong', {}, person.name),
    make('span', {}, person.psid),
  );
}

function messageRow({ psid, name, mid, at, excerpt }) {
  const go = () => goTo({ psid }, mid);
  return make(
    'button',
    { type: 'button', onclick: go },
    make('strong', {}, name),
    make('span', {}, `${stampText(at)} · ${excerpt}`),
  );
}

async function goTo(found, mid) {
  hide();
  const { psid } = found;
  const { person } = await call('GET', `people/${psid}/thread`);
  view.found.set(psid, person);
  showPhone(psid);
  document.body.dataset.view = 'phones';
  const phone = view.phones.get(psid);
  phone?.box.scrollIntoView({ block: 'nearest' });
  // The thread of a phone that was not on the stage comes with the next answer.
  const deadline = Date.now() + 3000;
  while (mid && phone && !phone.rows.has(mid) && Date.now() < deadline)
    await new Promise((next) => setTimeout(next, 50));
  if (mid) phone?.reveal(mid);
  else phone?.thread.focus();
}

function hide() {
  $('found').hidden = true;
  $('search').setAttribute('aria-expanded', 'false');
}

/** Starts listening. */
export function startSearch() {
  $('search').addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => void look().catch(hide), WAIT_MS);
  });
  $('search-box').addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      hide();
      $('search').focus();
    }
    if (event.target === $('search') && event.key === 'ArrowDown') {
      event.preventDefault();
      $('found').querySelector('button')?.focus();
    }
  });
  arrowKeys($('found'), 'button');
  addEventListener('click', (event) => !event.target.closest('#search-box') && hide());
  addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target.closest('input, textarea, select, dialog')) return;
    event.preventDefault();
    $('search').focus();
  });
}
