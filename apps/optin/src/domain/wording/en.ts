import type { Wording } from './wording.js';

export const en: Wording = {
  this_item: 'this item',
  ask_back_in_stock: 'Tell you when {item} is back?',
  ask_price_drop: 'Tell you when {item} gets cheaper?',
  confirmed_back_in_stock:
    'Done! We will send you one message when {item} is back in stock.{hasPrice, select, yes { It costs {price} at the moment.} other {}} Write STOP at any time to end this.',
  confirmed_price_drop:
    'Done! We will send you one message when {item} costs less than the {price} of today. Write STOP at any time to end this.',
  already: 'You are on the list for {item} already. We will write as soon as there is news. Write STOP to end this.',
  already_told: 'We have just told you about {item}. To be told the next time too, tap the link on its page once more.',
  no_price: 'We do not know a price for {item} at the moment, so we cannot tell you when it falls. Sorry!',
  stopped:
    'Done. All your alerts have ended, and we will send you no more of them. If you change your mind, write START.',
  resumed: 'Welcome back! To be told about a product, tap “Notify me” on its page in our shop.',
  help: 'Tap “Notify me” on a product page in our shop, and we will tell you here when it is back or gets cheaper. Write STOP to end all alerts.',
  question: 'Which product is it about? Please open its page in our shop and tap “Notify me” there: then we know.',
  unclear:
    'Sorry, this is an automatic service and did not understand that. To be told about a product, tap “Notify me” on its page. Write STOP to end all alerts.',
  unclear_stop: 'Would you like us to end all your alerts? Then tap the button, or write just STOP.',
  cannot_ask: 'We cannot send product alerts here at the moment. Sorry!',
  button_stop: 'End all alerts',
  button_notify_me: 'Notify me',
  delete_ask:
    'Shall we delete everything we keep about you? Your alerts end, and your rights, settings and records are deleted. You get one last message with a receipt; this cannot be undone. Orders and customer accounts of the shop are not touched by it.',
  delete_late:
    'More than an hour has passed since that question, so nothing was deleted. To be asked once more, write “delete my data”.',
  deleted: 'Your data is deleted, and your alerts have ended. Your receipt: {code}. This was our last message.',
  kept: 'Nothing was changed.',
  button_delete: 'Delete everything',
  button_keep: 'Keep my data',
};
