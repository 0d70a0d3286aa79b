import type { Kind } from '@beckon/contracts';

/**
 * Wording where the shop gives none: ICU MessageFormat. Variables: {title}, {options}, {name} (title with options),
 * {price}, {units}, {link}, {shop}. A text without {link} gets the link on a line of its own, if the offer has one. A new
 * collection and an early sale have only {title} (their name), {link} and {shop}.
 */
export const DEFAULT_TEMPLATES: Readonly<Record<string, Readonly<Record<Kind, string>>>> = {
  en: {
    back_in_stock: 'Good news: {name} is back in stock at {shop}, for {price}.',
    price_drop: 'The price fell: {name} is now {price} at {shop}.',
    low_stock: '{units, plural, one {Only one left} other {Only # left}}: {name} at {shop}, {price}.',
    new_collection: 'It is here: {title}, new at {shop}.',
    early_sale: 'It starts for you: {title} at {shop}.',
  },
  de: {
    back_in_stock: 'Gute Nachricht: {name} ist bei {shop} wieder da, für {price}.',
    price_drop: 'Der Preis ist gefallen: {name} kostet bei {shop} jetzt {price}.',
    low_stock: '{units, plural, one {Nur noch ein Stück} other {Nur noch # Stück}}: {name} bei {shop}, {price}.',
    new_collection: 'Jetzt da: {title}, neu bei {shop}.',
    early_sale: 'Für dich geht es los: {title} bei {shop}.',
  },
  fr: {
    back_in_stock: 'Bonne nouvelle : {name} est de retour chez {shop}, à {price}.',
    price_drop: 'Le prix a baissé : {name} est maintenant à {price} chez {shop}.',
    low_stock:
      '{units, plural, one {Plus qu’un seul exemplaire} other {Plus que # exemplaires}} : {name} chez {shop}, {price}.',
    new_collection: 'C’est arrivé : {title}, nouveau chez {shop}.',
    early_sale: 'C’est parti pour vous : {title} chez {shop}.',
  },
  es: {
    back_in_stock: 'Buenas noticias: {name} vuelve a estar disponible en {shop}, por {price}.',
    price_drop: 'Ha bajado el precio: {name} cuesta ahora {price} en {shop}.',
    low_stock: '{units, plural, one {Solo queda uno} other {Solo quedan #}}: {name} en {shop}, {price}.',
    new_collection: 'Ya está aquí: {title}, novedad en {shop}.',
    early_sale: 'Ya empieza para ti: {title} en {shop}.',
  },
};

/** The language of last resort. */
export const FALLBACK_LANGUAGE = 'en';
