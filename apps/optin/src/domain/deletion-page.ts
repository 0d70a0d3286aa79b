/**
 * The status page of a deletion, for the person who has its receipt code. It says when, and nothing about whom. Plain
 * HTML without script, picture or link to elsewhere.
 */
import { chooseVoice } from './wording/languages.js';

/** What the page tells. Times are milliseconds since the epoch. */
export interface DeletionStatus {
  readonly code: string;
  readonly requested_at: number;
  readonly found: boolean;
  readonly done_at: number | null;
}

interface Words {
  readonly title: string;
  readonly receipt: string;
  readonly requested: string;
  /** Stands where nothing was kept under the id that was named. */
  readonly nothing: string;
  readonly deleted: string;
  readonly underWay: string;
  readonly done: string;
  readonly unknown: string;
}

const words: Readonly<Record<string, Words>> = {
  en: {
    title: 'Deletion of your data',
    receipt: 'Receipt',
    requested: 'Requested',
    nothing:
      'We keep nothing under the id that Facebook named to us. If one of our shops writes to you in Messenger, please write “delete my data” there: that deletes what is kept for that conversation.',
    deleted: 'Deleted from our service: your alerts have ended and you get no more messages.',
    underWay: 'Last copies, in logs that are deleted by age, are still running out.',
    done: 'Completed',
    unknown: 'We know no deletion with this receipt. Please check how it is written.',
  },
  de: {
    title: 'Löschung Ihrer Daten',
    receipt: 'Quittung',
    requested: 'Beantragt',
    nothing:
      'Unter der Kennung, die Facebook uns genannt hat, ist bei uns nichts gespeichert. Falls Ihnen einer unserer Shops im Messenger schreibt, schreiben Sie dort bitte „Meine Daten löschen“: Damit wird gelöscht, was zu dieser Unterhaltung gespeichert ist.',
    deleted: 'Aus unserem Dienst gelöscht: Ihre Benachrichtigungen sind beendet, Sie bekommen keine Nachrichten mehr.',
    underWay: 'Letzte Kopien in Protokollen, die nach Alter gelöscht werden, laufen noch aus.',
    done: 'Abgeschlossen',
    unknown: 'Zu dieser Quittung kennen wir keine Löschung. Bitte prüfen Sie die Schreibweise.',
  },
  fr: {
    title: 'Suppression de vos données',
    receipt: 'Reçu',
    requested: 'Demandée',
    nothing:
      'Nous ne conservons rien sous l’identifiant que Facebook nous a indiqué. Si l’une de nos boutiques vous écrit dans Messenger, écrivez-y « Supprimer mes données » : ce qui est conservé pour cette conversation sera supprimé.',
    deleted: 'Supprimées de notre service : vos alertes ont pris fin et vous ne recevrez plus de messages.',
    underWay: 'Les dernières copies, dans des journaux effacés selon leur âge, arrivent à leur terme.',
    done: 'Terminée',
    unknown: 'Nous ne connaissons aucune suppression avec ce reçu. Vérifiez son orthographe.',
  },
  es: {
    title: 'Eliminación de tus datos',
    receipt: 'Comprobante',
    requested: 'Solicitada',
    nothing:
      'No guardamos nada con el identificador que nos indicó Facebook. Si una de nuestras tiendas te escribe en Messenger, escribe allí «Borrar mis datos»: así se borra lo que se guarda de esa conversación.',
    deleted: 'Borrados de nuestro servicio: tus avisos han terminado y no recibirás más mensajes.',
    underWay: 'Las últimas copias, en registros que se borran por antigüedad, están por caducar.',
    done: 'Completada',
    unknown: 'No conocemos ninguna eliminación con este comprobante. Comprueba cómo está escrito.',
  },
};

/** The languages that a browser accepts, the dearest first (RFC 9110, section 12.5.4). */
export function languagesOf(acceptLanguage: string | undefined): string[] {
  return (acceptLanguage ?? '')
    .slice(0, 500)
    .split(',')
    .flatMap((part, place) => {
      const [, tag, weight] =
        /^\s*([a-z]{1,8}(?:-[a-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*$/i.exec(part) ?? [];
      const q = weight === undefined ? 1 : Number(weight);
      return tag === undefined || q === 0 ? [] : [{ tag, q, place }];
    })
    .sort((a, b) => b.q - a.q || a.place - b.place)
    .map(({ tag }) => tag);
}

/** The page as HTML; `undefined` is a code that nobody knows. */
export function deletionPage(status: DeletionStatus | undefined, acceptLanguage: string | undefined): string {
  const { tag } = chooseVoice(...languagesOf(acceptLanguage));
  const language = tag.split('-')[0] ?? 'en';
  const say = words[language] ?? words['en']!;
  const on = (at: number): string =>
    new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(at) + ' UTC';
  const lines =
    status === undefined
      ? [say.unknown]
      : [
          `${say.receipt}: ${status.code}`,
          `${say.requested}: ${on(status.requested_at)}`,
          ...(status.found ? [say.deleted] : [say.nothing]),
          ...(status.done_at === null ? [say.underWay] : [`${say.done}: ${on(status.done_at)}`]),
        ];
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(say.title)}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}</style>
</head>
<body>
<main>
<h1>${escapeHtml(say.title)}</h1>
${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}
</main>
</body>
</html>
`;
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
