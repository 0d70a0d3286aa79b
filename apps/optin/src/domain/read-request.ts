import type { Kind } from '@beckon/contracts';
import { plainText } from './stop-words.js';

/**
 * What a free text asks for: "tell me when the red coat is back". It is never acted upon by itself: it only decides which
 * products are offered to choose from, and what the next question is about.
 */
export interface SpokenRequest {
  /** The text asks to be told. */
  readonly asks: boolean;
  /** What about, if it says so. */
  readonly kind: Kind | null;
  /** The words that may be part of a product's name, without accents, at most eight. */
  readonly words: readonly string[];
}

const phrases: readonly string[] = [
  ...['tell me', 'let me know', 'notify me', 'alert me', 'inform me', 'remind me', 'message me', 'text me', 'notify'],
  ...['sag mir', 'sagen sie mir', 'sagt mir', 'bescheid', 'benachrichtigen', 'benachrichtige', 'benachrichtigung'],
  ...['informieren', 'informiere mich', 'melde dich', 'melden sie sich', 'meldet euch', 'schreib mir', 'schreibt mir'],
  ...['previens moi', 'prevenez moi', 'me prevenir', 'dis moi', 'dites moi', 'avertis moi', 'avertissez moi'],
  ...['m avertir', 'tiens moi au courant', 'tenez moi au courant', 'alerte moi', 'alertez moi', 'm alerter'],
  ...['avisame', 'aviseme', 'avisenme', 'avisar', 'dime', 'digame', 'diganme', 'notificame', 'hazme saber'],
];

const kinds: readonly (readonly [Kind, readonly string[]])[] = [
  [
    'low_stock',
    ['few left', 'almost gone', 'running low', 'low stock', 'fast ausverkauft', 'nur noch wenige', 'knapp'].concat([
      'presque epuise',
      'derniers',
      'dernieres',
      'pocas unidades',
      'quedan pocos',
      'quedan pocas',
      'casi agotado',
    ]),
  ],
  [
    'price_drop',
    ['cheaper', 'price', 'less', 'under', 'below', 'discount', 'reduced', 'costs', 'drops', 'off'].concat(
      ['gunstiger', 'billiger', 'preis', 'unter', 'reduziert', 'rabatt', 'herabgesetzt', 'kostet', 'guenstiger'],
      ['moins cher', 'moins chere', 'prix', 'baisse', 'solde', 'soldes', 'promo', 'promotion', 'reduction'],
      ['barato', 'barata', 'precio', 'baje', 'rebaja', 'rebajas', 'oferta', 'descuento', 'cuesta', 'cueste'],
    ),
  ],
  [
    'back_in_stock',
    ['back', 'again', 'available', 'restock', 'restocked', 'in stock', 'wieder', 'verfugbar', 'verfuegbar'].concat(
      ['lieferbar', 'auf lager', 'retour', 'disponible', 'dispo', 'en stock', 'de nouveau', 'vuelva', 'vuelve'],
      ['vuelvan', 'de nuevo', 'disponibles', 'hay', 'haya'],
    ),
  ],
];

/** Words of everyday talk, which name no product. */
const common = new Set(
  [
    'a an the this that these those my your our it its is are was be been am do does did has have had will would can',
    'could should may i you we they he she me us them him her and or but not no yes if when whenever as soon once then',
    'than to of in on at by for from with about into over up out so too very just only also please pls thanks thank ok',
    'okay hi hello hey good morning evening day there here what which who how why where want like need get got buy know',
    'hear time left stock size color colour one any some more much many new',
    'der die das den dem des ein eine einen einem einer eines mein meine dein ihr ihre es ist sind war sein bin hat haben',
    'habe wird werden kann konnen konnten soll ich du sie wir mich mir dich euch uns und oder aber nicht kein keine ja',
    'nein wenn wann sobald falls als dann zu von im in am an auf bei fur mit uber nach aus so sehr nur auch noch bitte',
    'danke hallo guten morgen tag abend moin hier da was welche welcher wer wie warum wo will mochte mag hatte gern gerne',
    'kaufen brauche grosse farbe lager mal doch',
    'le la les l un une des du de d mon ma mes votre vos notre ce cet cette ces il elle on est sont etait etre suis a ont',
    'ai sera serait peut pouvez je tu vous nous ils elles me moi te se et ou mais ne pas plus non oui si quand lorsque des',
    'que qui quoi dont a au aux en dans sur par pour avec chez sans tres aussi seulement merci bonjour bonsoir salut ici',
    'voudrais veux veut aimerais acheter savoir taille couleur svp plait',
    'el los las un una unos unas mi tu su sus nuestro este esta estos estas eso es son era ser estar estoy esta hay he',
    'ha han sera puede pueden yo usted ustedes nosotros ellos me te se lo le les y o pero no si cuando en cuanto que quien',
    'cual como por para con sin sobre de del al muy tambien solo gracias hola buenos buenas dias tardes noches aqui quiero',
    'quisiera gustaria comprar saber talla color favor',
  ]
    .join(' ')
    .split(' '),
);

const MOST_WORDS = 8;

/** Reads a free text. */
export function readRequest(text: string): SpokenRequest {
  const plain = ` ${plainText(text)} `;
  const has = (phrase: string): boolean => plain.includes(` ${phrase} `);
  const asking = phrases.filter(has);
  const about = kinds.map(([kind, signs]) => [kind, signs.filter(has)] as const);
  const spent = new Set([...asking, ...about.flatMap(([, signs]) => signs)].flatMap((p) => p.split(' ')));
  const words = plain.split(' ').filter((w) => (w.length > 2 || /\d/.test(w)) && !common.has(w) && !spent.has(w));
  return {
    asks: asking.length > 0,
    kind: about.find(([, signs]) => signs.length > 0)?.[0] ?? null,
    words: [...new Set(words)].slice(0, MOST_WORDS),
  };
}
