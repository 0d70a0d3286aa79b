import { describe, expect, it } from '@jest/globals';
import { mentionsStopping, readCommand } from './stop-words.js';

describe('orders', () => {
  it.each([
    ['STOP', null],
    ['stop', null],
    ['  Stop!! ', null],
    ['ＳＴＯＰ', null],
    ['🛑 stop 🛑', null],
    ['please stop', null],
    ['Stop, thank you', null],
    ['unsubscribe', 'en'],
    ['opt-out', 'en'],
    ['Stop sending me this stuff', 'en'],
    ['ARRÊT', 'fr'],
    ['arret', 'fr'],
    ['Arrêtez s’il vous plaît', 'fr'],
    ['me désabonner', 'fr'],
    ['arrêtez de m’écrire', 'fr'],
    ['Abmelden', 'de'],
    ['bitte abmelden', 'de'],
    ['Hört auf, mir zu schreiben', 'de'],
    ['BAJA', 'es'],
    ['Darme de baja, por favor', 'es'],
    ['¡Basta ya!', 'es'],
    ['dejen de escribirme', 'es'],
  ])('%j stops', (words, language) => expect(readCommand(words)).toEqual({ command: 'stop', language }));

  it.each([
    ['START', null],
    ['resume', 'en'],
    ['reprendre', 'fr'],
    ['weiter', 'de'],
    ['reanudar', 'es'],
  ])('%j starts', (words, language) => expect(readCommand(words)).toEqual({ command: 'start', language }));

  it.each([
    ['help', null],
    ['??', null],
    ['aide', 'fr'],
    ['Hilfe!', 'de'],
    ['ayuda', 'es'],
  ])('%j asks for help', (words, language) => expect(readCommand(words)).toEqual({ command: 'help', language }));

  it.each([
    ['my alerts', 'en'],
    ['Show my alerts, please', 'en'],
    ['Meine Benachrichtigungen', 'de'],
    ['mes alertes', 'fr'],
    ['¿Mis avisos?', 'es'],
    ['Liste', null],
  ])('%j asks for the list', (words, language) => expect(readCommand(words)).toEqual({ command: 'list', language }));

  it.each([
    "don't stop",
    'is there a bus stop near the shop?',
    'stopper for the door',
    'when does the sale end?',
    'cuando baja el precio',
    'ist der Mantel wieder da?',
    'is it back?',
    'nonstop',
    '',
    '👍',
    'x'.repeat(5000),
  ])('%j orders nothing', (words) => expect(readCommand(words)).toBeUndefined());

  it('a text that talks about stopping is answered with how to', () => {
    expect(mentionsStopping('can I stop this somehow?')).toBe(true);
    expect(mentionsStopping('is the coat back?')).toBe(false);
  });
});
