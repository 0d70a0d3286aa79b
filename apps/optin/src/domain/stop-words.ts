/**
 * Words that a person types to be left alone, to come back, to be forgotten, to be helped, or to see what they asked for.
 * Compared without case, accents, punctuation, emoji and politeness. A text counts only as a whole ("stop", "please
 * stop!") or when it begins with a plain order ("stop sending me this"): "don't stop" or "is there a stop near the shop?"
 * must end nothing.
 */
export type Command = 'stop' | 'start' | 'help' | 'delete' | 'list';

export interface ReadCommand {
  readonly command: Command;
  /** The language of the word, where it belongs to one language only. */
  readonly language: string | null;
}

const words: Record<Command, Record<string, readonly string[]>> = {
  stop: {
    any: ['stop', 'stopp', 'stop all', 'stopall'],
    en: ['unsubscribe', 'quit', 'end', 'opt out', 'optout', 'leave me alone', 'no more messages', 'cancel all'],
    fr: ['arret', 'arreter', 'arretez', 'arrete', 'desabonner', 'me desabonner', 'desinscrire', 'desabonnement'],
    de: ['abmelden', 'abbestellen', 'aufhoeren', 'aufhoren', 'beenden', 'keine nachrichten mehr', 'schluss'],
    es: ['baja', 'darme de baja', 'dar de baja', 'parar', 'para', 'alto', 'detener', 'no mas mensajes', 'basta'],
  },
  start: {
    any: ['start'],
    en: ['unstop', 'resume', 'begin', 'subscribe'],
    fr: ['reprendre', 'demarrer', 'commencer'],
    de: ['anfangen', 'weiter', 'starten', 'beginnen'],
    es: ['empezar', 'reanudar', 'iniciar', 'comenzar'],
  },
  delete: {
    en: [
      'delete my data',
      'delete all my data',
      'delete my information',
      'delete my account',
      'erase my data',
      'remove my data',
      'delete everything about me',
      'forget me',
    ],
    fr: [
      'supprimer mes donnees',
      'supprime mes donnees',
      'supprimez mes donnees',
      'supprimer toutes mes donnees',
      'supprimez toutes mes donnees',
      'effacer mes donnees',
      'efface mes donnees',
      'effacez mes donnees',
      'oubliez moi',
    ],
    de: [
      'losche meine daten',
      'loesche meine daten',
      'loschen sie meine daten',
      'loeschen sie meine daten',
      'losche alle meine daten',
      'loesche alle meine daten',
      'meine daten loschen',
      'meine daten loeschen',
      'alle meine daten loschen',
      'alle meine daten loeschen',
      'daten loschen',
      'daten loeschen',
      'vergiss mich',
    ],
    es: [
      'borrar mis datos',
      'borra mis datos',
      'borren mis datos',
      'borrar todos mis datos',
      'eliminar mis datos',
      'elimina mis datos',
      'eliminen mis datos',
      'eliminar todos mis datos',
      'olvidenme',
    ],
  },
  help: {
    any: ['help', 'info'],
    fr: ['aide'],
    de: ['hilfe'],
    es: ['ayuda'],
  },
  list: {
    any: ['alerts', 'list', 'liste'],
    en: ['my alerts', 'my alert', 'show my alerts', 'show alerts', 'list alerts', 'list my alerts', 'my list'],
    fr: ['mes alertes', 'mon alerte', 'alertes', 'ma liste', 'voir mes alertes'],
    de: [
      ...['meine benachrichtigungen', 'meine benachrichtigung', 'benachrichtigungen', 'meine liste', 'meine alerts'],
      ...['meine hinweise', 'zeige meine benachrichtigungen'],
    ],
    es: ['mis avisos', 'mi aviso', 'avisos', 'mis alertas', 'alertas', 'mi lista', 'lista', 'ver mis avisos'],
  },
};

/** A text that begins like this is an order to stop, whatever follows. */
const orders: Record<string, readonly string[]> = {
  en: ['stop sending', 'stop messaging', 'stop texting', 'stop writing', 'stop spamming', 'stop contacting', 'stop it'],
  fr: ['arretez de', 'arrete de', 'stop aux messages', 'ne m envoyez plus', 'plus de messages'],
  de: ['hort auf', 'hor auf', 'hoert auf', 'hoer auf', 'schreibt mir nicht mehr', 'schreib mir nicht mehr'],
  es: ['dejen de', 'deja de', 'no me escriban mas', 'no me envien mas', 'paren de'],
};

const politeness = new Set(
  'please pls plz thanks thank you now bitte danke jetzt s il te plait vous svp merci por favor gracias ya'.split(' '),
);

const lookup = new Map<string, ReadCommand>(
  (Object.keys(words) as Command[]).flatMap((command) =>
    Object.entries(words[command]).flatMap(([language, list]) =>
      list.map((word) => [word, { command, language: language === 'any' ? null : language }] as const),
    ),
  ),
);

/**
 * What the text orders, or undefined when it is no order.
 * @param stopWords further words for STOP, as the shop writes them; they go before our own.
 */
export function readCommand(text: string, stopWords: readonly string[] = []): ReadCommand | undefined {
  const plain = plainText(text);
  const bare = withoutPoliteness(plain);
  if (stopWords.some((word) => isWord(word, text, [plain, bare]))) return { command: 'stop', language: null };
  const found = lookup.get(plain) ?? lookup.get(bare);
  if (found) return found;
  for (const [language, list] of Object.entries(orders)) {
    if (list.some((order) => bare === order || bare.startsWith(`${order} `))) return { command: 'stop', language };
  }
  return plain === '' && text.includes('?') ? { command: 'help', language: null } : undefined;
}

/** Compared like our own words; one without a letter (an emoji) as it is. */
function isWord(word: string, text: string, plain: readonly string[]): boolean {
  const bare = plainText(word);
  return bare === '' ? word.trim() === text.trim() : plain.includes(bare);
}

const hints = new Set(
  'stop stopp unsubscribe cancel abmelden abbestellen aufhoren desabonner arreter arretez parar detener'.split(' '),
);

/** Whether a text that is no order talks about stopping all the same: then the answer should show how. */
export function mentionsStopping(text: string): boolean {
  return plainText(text)
    .split(' ')
    .some((word) => hints.has(word));
}

/** Lower case, no accents, and nothing but letters and digits between single blanks. */
export function plainText(text: string): string {
  return text
    .slice(0, 500)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

const withoutPoliteness = (plain: string): string =>
  plain
    .split(' ')
    .filter((word) => !politeness.has(word))
    .join(' ');
