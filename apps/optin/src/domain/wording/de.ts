import type { Wording } from './wording.js';

export const de: Wording = {
  this_item: 'dieser Artikel',
  ask_back_in_stock: 'Nachricht{mode, select, recurring { jedes Mal,} other {,}} wenn wieder da: {item}?',
  ask_price_drop:
    'Nachricht{mode, select, recurring { jedes Mal,} other {,}} wenn {hasLimit, select, yes {höchstens {limit}} other {günstiger}}: {item}?',
  ask_low_stock: 'Nachricht{mode, select, recurring { jedes Mal,} other {,}} wenn fast ausverkauft: {item}?',
  ask_new_collection: 'Nachricht, sobald erschienen: {item}?',
  ask_early_sale: 'Nachricht, sobald es für Sie losgeht: {item}?',
  confirmed_back_in_stock:
    'Alles klar! Sie bekommen {mode, select, recurring {jedes Mal eine Nachricht, wenn} other {eine Nachricht, sobald}} wieder auf Lager ist: {item}.{hasPrice, select, yes { Preis zurzeit: {price}.} other {}} Mit STOP beenden Sie das jederzeit.',
  confirmed_price_drop:
    'Alles klar! Sie bekommen {mode, select, recurring {jedes Mal eine Nachricht, wenn} other {eine Nachricht, sobald}} der Preis {hasLimit, select, yes {höchstens {limit} beträgt} other {unter die heutigen {price} fällt}}: {item}. Mit STOP beenden Sie das jederzeit.',
  confirmed_low_stock:
    'Alles klar! Sie bekommen {mode, select, recurring {jedes Mal eine Nachricht, wenn} other {eine Nachricht, sobald}} nur noch wenige da sind: {item}.{hasPrice, select, yes { Preis zurzeit: {price}.} other {}} Mit STOP beenden Sie das jederzeit.',
  confirmed_new_collection:
    'Alles klar! Sie bekommen eine Nachricht, sobald erschienen ist: {item}. Mit STOP beenden Sie das jederzeit.',
  confirmed_early_sale:
    'Alles klar! Sie bekommen eine Nachricht, sobald es für Sie losgeht: {item}. Mit STOP beenden Sie das jederzeit.',
  already: 'Schon vorgemerkt: {item}. Wir melden uns, sobald es etwas Neues gibt. Mit STOP beenden Sie das.',
  already_told:
    'Gerade eben haben wir Ihnen geschrieben: {item}. Für das nächste Mal tippen Sie bitte noch einmal auf den Link auf der Produktseite.',
  no_price: 'Zurzeit kennen wir keinen Preis und können daher nicht melden, wenn er fällt: {item}.',
  stopped:
    'Erledigt. Alle Ihre Benachrichtigungen sind beendet, es kommen keine mehr. Falls Sie es sich anders überlegen, schreiben Sie START.',
  resumed: 'Willkommen zurück! Tippen Sie auf einer Produktseite in unserem Shop auf „Benachrichtigen“.',
  help: 'Tippen Sie auf einer Produktseite in unserem Shop auf „Benachrichtigen“: Wir schreiben Ihnen hier, wenn das Produkt wieder da ist oder günstiger wird. Mit „meine Liste“ sehen Sie, was vorgemerkt ist, und können Einzelnes beenden. Mit STOP beenden Sie alle Benachrichtigungen.',
  question:
    'Um welches Produkt geht es? Bitte öffnen Sie seine Seite in unserem Shop und tippen Sie dort auf „Benachrichtigen“.',
  greeting:
    'Guten Tag! Hier schreibt unser automatischer Dienst: Er meldet sich, wenn ein Produkt wieder da ist oder günstiger wird. Um welches Produkt geht es? Schreiben Sie seinen Namen, oder tippen Sie auf seiner Seite in unserem Shop auf „Benachrichtigen“.',
  choices: 'Welches Produkt meinen Sie? Bitte tippen Sie darauf, dann fragen wir nach, was wir noch wissen müssen.',
  price_question:
    'Preis zurzeit: {price} ({item}). Ab welchem Preis sollen wir uns melden? Tippen Sie auf einen, oder schreiben Sie einen Betrag.',
  price_too_high:
    'Der Preis ist schon jetzt {price} ({item}). Ab welchem niedrigeren Preis sollen wir uns melden? Tippen Sie auf einen, oder schreiben Sie einen Betrag.',
  price_wanted:
    'Ab welchem Preis sollen wir uns melden ({item})? Bitte schreiben Sie einen Betrag, zum Beispiel {example}.',
  price_not_read:
    'Darin konnten wir leider keinen Preis erkennen. Bitte schreiben Sie nur einen Betrag, zum Beispiel {example}: Wir melden uns, sobald der Preis höchstens so hoch ist ({item}).',
  price_changed:
    'Alles klar! Wir melden uns, sobald der Preis {hasLimit, select, yes {höchstens {limit} beträgt} other {unter die heutigen {price} fällt}}: {item}. Mit STOP beenden Sie das jederzeit.',
  price_any: 'Jeder tiefere Preis',
  price_less: '−{percent} %: {limit}',
  price_other: 'Anderer Preis',
  topic_over: 'Das ist leider vorbei oder nicht mehr in unserem Shop.',
  asked_lately:
    'Danach haben wir Sie vor ein paar Tagen gefragt: Tippen Sie dafür bitte auf die Taste der Nachricht weiter oben.',
  unclear:
    'Das hat unser automatischer Dienst leider nicht verstanden. Tippen Sie auf einer Produktseite auf „Benachrichtigen“, um eine Nachricht zu bekommen. Mit STOP beenden Sie alle Benachrichtigungen.',
  unclear_stop:
    'Möchten Sie alle Benachrichtigungen beenden? Dann tippen Sie auf die Taste, oder schreiben Sie nur STOP.',
  cannot_ask: 'Hier können wir zurzeit leider keine Benachrichtigungen zu Produkten senden.',
  unclear_stop_which:
    'Möchten Sie alle Benachrichtigungen beenden oder nur eine? Tippen Sie auf eine Taste, oder schreiben Sie nur STOP, um alle zu beenden.',
  no_alerts:
    'Zurzeit ist nichts vorgemerkt. Tippen Sie auf einer Produktseite in unserem Shop auf „Benachrichtigen“, um eine Nachricht zu bekommen.',
  listed: '{asked}{hasPrice, select, yes { · jetzt {price}} other {}} · seit {since}',
  listed_back_in_stock: 'Wieder da',
  listed_price_drop: 'Günstiger als {price}',
  listed_price_limit: 'Höchstens {price}',
  listed_low_stock: 'Nur noch wenige',
  listed_new_collection: 'Neue Kollektion',
  listed_early_sale: 'Früher Sale',
  ended_one: 'Erledigt. Diese Benachrichtigung ist beendet, dazu schreiben wir Ihnen nicht mehr: {item} ({asked}).',
  gone: 'Diese Benachrichtigung ist bereits beendet.',
  disclosure: 'Hier antwortet der automatische Dienst von {shop}.',
  again_told: 'Möchten Sie auch beim nächsten Mal eine Nachricht bekommen: {item}?',
  again_expired: 'Ihre Vormerkung ist nach einem Jahr abgelaufen: {item}. Möchten Sie sie erneuern?',
  again_several:
    'Diese Vormerkungen sind beendet: {items}. Tippen Sie auf das, wozu Sie wieder eine Nachricht möchten.',
  button_stop: 'Alle beenden',
  button_start: 'START',
  button_list: 'Meine Liste',
  button_more: 'Mehr',
  button_end: 'Beenden',
  button_price: 'Preis ändern',
  button_again: 'Wieder vormerken',
  button_notify_me: 'Benachrichtigen',
  delete_ask:
    'Sollen wir alles löschen, was wir über Sie gespeichert haben? Ihre Benachrichtigungen enden; Einwilligungen, Einstellungen und Aufzeichnungen werden gelöscht. Sie bekommen noch eine letzte Nachricht mit einer Quittung. Das lässt sich nicht rückgängig machen. Bestellungen und Kundenkonten des Shops sind davon nicht betroffen.',
  delete_late:
    'Seit dieser Frage ist mehr als eine Stunde vergangen, daher wurde nichts gelöscht. Um noch einmal gefragt zu werden, schreiben Sie „Meine Daten löschen“.',
  deleted:
    'Ihre Daten sind gelöscht und Ihre Benachrichtigungen beendet. Ihre Quittung: {code}. Das war unsere letzte Nachricht.',
  kept: 'Es wurde nichts geändert.',
  button_delete: 'Alles löschen',
  button_keep: 'Daten behalten',
};
