import type { Wording } from './wording.js';

export const en: Wording = {
  this_item: 'this item',
  ask_back_in_stock: 'Tell you {mode, select, recurring {each time} other {when}} {item} is back?',
  ask_price_drop:
    'Tell you {mode, select, recurring {each time} other {when}} {item} {hasLimit, select, yes {costs {limit} or less} other {gets cheaper}}?',
  ask_low_stock: 'Tell you {mode, select, recurring {each time} other {when}} few are left: {item}?',
  ask_new_collection: 'Tell you when it is out: {item}?',
  ask_early_sale: 'Tell you when it starts for you: {item}?',
  confirmed_back_in_stock:
    'Done! We will send you {mode, select, recurring {a message each time} other {one message when}} {item} is back in stock.{hasPrice, select, yes { It costs {price} at the moment.} other {}} Write STOP at any time to end this.',
  confirmed_price_drop:
    'Done! We will send you {mode, select, recurring {a message each time} other {one message when}} {item} costs {hasLimit, select, yes {{limit} or less} other {less than the {price} of today}}. Write STOP at any time to end this.',
  confirmed_low_stock:
    'Done! We will send you {mode, select, recurring {a message each time} other {one message when}} only few are left of {item}.{hasPrice, select, yes { It costs {price} at the moment.} other {}} Write STOP at any time to end this.',
  confirmed_new_collection:
    'Done! We will send you {mode, select, recurring {a message each time} other {one message when}} {item} is out. Write STOP at any time to end this.',
  confirmed_early_sale:
    'Done! We will send you {mode, select, recurring {a message each time} other {one message when}} {item} starts for you. Write STOP at any time to end this.',
  already: 'You are on the list for {item} already. We will write as soon as there is news. Write STOP to end this.',
  already_told: 'We have just told you about {item}. To be told the next time too, tap the link on its page once more.',
  no_price: 'We do not know a price for {item} at the moment, so we cannot tell you when it falls. Sorry!',
  stopped:
    'Done. All your alerts have ended, and we will send you no more of them. If you change your mind, write START.',
  resumed: 'Welcome back! To be told about a product, tap “Notify me” on its page in our shop.',
  help: 'Tap “Notify me” on a product page in our shop, and we will tell you here when it is back or gets cheaper. Write “my alerts” to see what you asked for, and to end one of them. Write STOP to end all alerts.',
  question: 'Which product is it about? Please open its page in our shop and tap “Notify me” there: then we know.',
  greeting:
    'Hello! This is our automatic service: it tells you when a product is back or gets cheaper. Which product is it about? Write its name, or tap “Notify me” on its page in our shop.',
  choices: 'Which of these do you mean? Tap it, and we ask you what we need to know.',
  price_question: '{item} costs {price} now. From which price on should we tell you? Tap one, or write an amount.',
  price_too_high:
    '{item} costs {price} already. From which lower price on should we tell you? Tap one, or write an amount.',
  price_wanted: 'From which price on should we tell you about {item}? Please write an amount, for example {example}.',
  price_not_read:
    'Sorry, we could not read a price in that. Please write just an amount, for example {example}, and we tell you when {item} costs that or less.',
  price_changed:
    'Done! We will tell you when {item} costs {hasLimit, select, yes {{limit} or less} other {less than the {price} of today}}. Write STOP at any time to end this.',
  price_any: 'Any lower price',
  price_less: '−{percent} %: {limit}',
  price_other: 'Another price',
  topic_over: 'This is over, or it is not in our shop any more. Sorry!',
  asked_lately: 'We asked you about this a few days ago: to be told, please tap the button of that message further up.',
  unclear:
    'Sorry, this is an automatic service and did not understand that. To be told about a product, tap “Notify me” on its page. Write STOP to end all alerts.',
  unclear_stop: 'Would you like us to end all your alerts? Then tap the button, or write just STOP.',
  cannot_ask: 'We cannot send product alerts here at the moment. Sorry!',
  unclear_stop_which:
    'Would you like us to end all your alerts, or only one of them? Tap a button, or write just STOP to end all.',
  no_alerts: 'You have no alerts at the moment. To be told about a product, tap “Notify me” on its page in our shop.',
  listed: '{asked}{hasPrice, select, yes { · now {price}} other {}} · since {since}',
  listed_back_in_stock: 'Back in stock',
  listed_price_drop: 'Cheaper than {price}',
  listed_price_limit: 'At most {price}',
  listed_low_stock: 'Only a few left',
  listed_new_collection: 'New collection',
  listed_early_sale: 'Early sale',
  ended_one: 'Done. This alert has ended, and we will not write about it any more: {item} ({asked}).',
  gone: 'That alert has ended already.',
  disclosure: 'This is the automated service of {shop}.',
  again_told: 'Would you like to be told about {item} the next time, too?',
  again_expired: 'Your request for {item} has expired, as requests do after a year. Ask again?',
  again_several: 'These requests of yours have ended: {items}. Tap what you would like to be told about again.',
  button_stop: 'End all alerts',
  button_start: 'START',
  button_list: 'My alerts',
  button_more: 'More',
  button_end: 'Stop this',
  button_price: 'Change price',
  button_again: 'Tell me again',
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
