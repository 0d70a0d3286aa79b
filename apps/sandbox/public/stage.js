import { $, make } from './dom.js';
import { Phone } from './phone.js';
import { call, refresh } from './sandbox.js';
import { syncSheet } from './sheet.js';
import { peopleHere, view } from './view.js';

/** Which phones are on the stage. */

const PHONE_WIDTH = 372;
const TABS_MAX = 40;

/** Fetches a thread and shows it. */
export function refreshThread(psid) {
  refresh(`thread ${psid}`, async () => {
    const thread = await call('GET', `people/${psid}/thread`);
    view.threads.set(psid, thread);
    renderPhone(psid);
    renderTabs();
  });
}

/** Something changed in a thread: it is fetched if it is shown, counted if not. */
export function threadChanged(psid) {
  if (view.shown.includes(psid)) refreshThread(psid);
  else {
    view.unseen.set(psid, (view.unseen.get(psid) ?? 0) + 1);
    renderTabs();
  }
}

function roomFor() {
  return Math.max(1, Math.floor(($('phones').clientWidth + 22) / PHONE_WIDTH));
}

/** Fills the stage with as many phones as there is room for; what is shown stays. */
export function choosePhones() {
  const here = peopleHere();
  const kept = view.shown.filter((psid) => here.some((person) => person.psid === psid)).slice(0, roomFor());
  const others = here.map(({ psid }) => psid).filter((psid) => !kept.includes(psid));
  show(here, [...kept, ...others].slice(0, roomFor()));
}

function show(here, psids) {
  // On the stage people keep the order in which they were made.
  const ordered = here.map(({ psid }) => psid).filter((psid) => psids.includes(psid));
  const before = view.shown;
  view.shown = ordered;
  for (const psid of [...view.phones.keys()]) if (!ordered.includes(psid)) view.phones.delete(psid);
  for (const psid of ordered) {
    view.unseen.delete(psid);
    if (!view.phones.has(psid)) view.phones.set(psid, new Phone(psid, refreshThread));
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

/** Puts a person's phone on the stage; the last one makes room. */
export function showPhone(psid) {
  if (view.shown.includes(psid)) return;
  show(peopleHere(), [psid, ...view.shown].slice(0, roomFor()));
}

function renderPhone(psid) {
  const thread = view.threads.get(psid);
  if (thread) view.phones.get(psid)?.render(thread);
  syncSheet();
}

/** One tab per person when not all have room. */
export function renderTabs() {
  const here = peopleHere();
  $('tabs').hidden = here.length <= view.shown.length;
  if ($('tabs').hidden) return;
  const focused = document.activeElement?.dataset?.psid;
  // Whoever is shown has a tab even if the list is long.
  const listed = here.filter(({ psid }, i) => i < TABS_MAX || view.shown.includes(psid));
  $('tabs').replaceChildren(
    ...listed.map(({ psid, name }) => {
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
        unseen
          ? make('span', { class: 'fresh', role: 'img', 'aria-label': `${unseen} new` }, String(unseen))
          : undefined,
      );
    }),
    ...(here.length > listed.length
      ? [make('span', { class: 'more' }, `and ${view.overview.people_total - listed.length} more: search`)]
      : []),
  );
  if (focused) $('tabs').querySelector(`[data-psid="${focused}"]`)?.focus();
}
