import { $, copyButton, fillSelect, make, picture } from './dom.js';
import { call } from './sandbox.js';
import { showPhone } from './stage.js';
import { nameOf, pageOf, peopleHere, view } from './view.js';

/** The shop beside the phones: product pages with "notify me" buttons, and what a bot needs to be connected. */

/** Shows product pages and visitors of the chosen Page. */
export function renderShop() {
  fillSelect(
    $('visitor'),
    peopleHere().map(({ psid, name }) => [psid, name]),
  );
  const products = view.overview.products.filter(({ page }) => page === view.page);
  const wanted = JSON.stringify(products);
  if ($('products').dataset.shown !== wanted) {
    $('products').dataset.shown = wanted;
    $('products').replaceChildren(...products.map(productCard));
  }
  renderConnect();
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

/** Follows an m.me link as the chosen visitor. */
export async function openLink(url) {
  const psid = $('visitor').value;
  const note = $('shop-note');
  const name = psid ? nameOf(psid) : 'Nobody';
  delete note.dataset.bad;
  try {
    const { outcome } = await call('POST', `people/${psid}/click-link`, { url });
    note.textContent = {
      waiting_for_get_started: `${name} sees the chat: now tap Get Started.`,
      waiting_for_network: `${name}’s phone is offline; the shop learns of it when it is on again.`,
      referral_sent: `${name} is in the chat, and the shop knows which product.`,
      thread_opened: `${name} is in the chat; the link named no product.`,
    }[outcome];
    showPhone(psid);
  } catch (error) {
    note.dataset.bad = '';
    note.textContent = error.message;
  }
}

/** The values of the ready-made Page, for a bot's settings. */
function renderConnect() {
  const page = pageOf();
  const values = page?.known_values;
  $('connect').hidden = !values;
  const wanted = JSON.stringify([page?.page, values]);
  if (!values || $('connect-values').dataset.shown === wanted) return;
  $('connect-values').dataset.shown = wanted;
  const row = ([words, value]) => [
    make('dt', {}, words),
    make('dd', {}, make('code', { tabindex: '0' }, value), copyButton(value)),
  ];
  $('connect-values').replaceChildren(
    ...[
      ['API address', location.origin],
      ['Page id', page.page],
      ['Page token', values.token],
      ['App secret', values.app_secret],
      ['Verify token', values.verify_token],
    ].flatMap(row),
  );
}
