import type { Wording } from './wording.js';

export const es: Wording = {
  this_item: 'este artículo',
  ask_back_in_stock: '¿Te avisamos {mode, select, recurring {cada vez que} other {cuando}} vuelva: {item}?',
  ask_price_drop:
    '¿Te avisamos {hasLimit, select, yes {{mode, select, recurring {cada vez } other {}}a {limit} o menos} other {{mode, select, recurring {cada vez que baje} other {si baja}} de precio}}: {item}?',
  ask_low_stock: '¿Te avisamos {mode, select, recurring {cada vez que} other {cuando}} queden pocos: {item}?',
  ask_new_collection: '¿Te avisamos cuando salga: {item}?',
  ask_early_sale: '¿Te avisamos cuando empiece para ti: {item}?',
  confirmed_back_in_stock:
    '¡Listo! Te enviaremos un mensaje {mode, select, recurring {cada vez que} other {cuando}} vuelva a estar disponible: {item}.{hasPrice, select, yes { Precio actual: {price}.} other {}} Escribe STOP en cualquier momento para terminar.',
  confirmed_price_drop:
    '¡Listo! Te enviaremos un mensaje {mode, select, recurring {cada vez que} other {cuando}} cueste {hasLimit, select, yes {{limit} o menos} other {menos de los {price} de hoy}}: {item}. Escribe STOP en cualquier momento para terminar.',
  confirmed_low_stock:
    '¡Listo! Te enviaremos un mensaje {mode, select, recurring {cada vez que} other {cuando}} queden pocas unidades: {item}.{hasPrice, select, yes { Precio actual: {price}.} other {}} Escribe STOP en cualquier momento para terminar.',
  confirmed_new_collection:
    '¡Listo! Te enviaremos un mensaje cuando salga: {item}. Escribe STOP en cualquier momento para terminar.',
  confirmed_early_sale:
    '¡Listo! Te enviaremos un mensaje cuando empiece para ti: {item}. Escribe STOP en cualquier momento para terminar.',
  already: 'Ya está apuntado: {item}. Te escribiremos en cuanto haya novedades. Escribe STOP para terminar.',
  already_told: 'Acabamos de escribirte sobre esto: {item}. Para la próxima vez, toca de nuevo el enlace en su página.',
  no_price: 'Por ahora no conocemos el precio y no podemos avisarte si baja: {item}.',
  stopped: 'Hecho. Todos tus avisos han terminado y no recibirás más. Si cambias de idea, escribe START.',
  resumed: '¡Hola de nuevo! Toca «Avísame» en la página de un producto de nuestra tienda.',
  help: 'Toca «Avísame» en la página de un producto y te escribiremos aquí cuando vuelva o baje de precio. Escribe «mis avisos» para ver lo que has pedido y terminar alguno, o STOP para terminar todos los avisos.',
  question: '¿De qué producto se trata? Abre su página en nuestra tienda y toca «Avísame».',
  greeting:
    '¡Hola! Este es nuestro servicio automático: te avisa cuando un producto vuelve o baja de precio. ¿De qué producto se trata? Escribe su nombre o toca «Avísame» en su página.',
  choices: '¿A cuál te refieres? Tócalo y te preguntaremos lo que nos falta saber.',
  price_question:
    'Precio actual: {price} ({item}). ¿A partir de qué precio te avisamos? Toca uno o escribe una cantidad.',
  price_too_high:
    'El precio ya es de {price} ({item}). ¿A partir de qué precio más bajo te avisamos? Toca uno o escribe una cantidad.',
  price_wanted: '¿A partir de qué precio te avisamos ({item})? Escribe una cantidad, por ejemplo {example}.',
  price_not_read:
    'Lo sentimos, no hemos encontrado ningún precio. Escribe solo una cantidad, por ejemplo {example}, y te avisaremos a ese precio o menos ({item}).',
  price_changed:
    '¡Listo! Te avisaremos cuando cueste {hasLimit, select, yes {{limit} o menos} other {menos de los {price} de hoy}}: {item}. Escribe STOP en cualquier momento para terminar.',
  price_any: 'Cualquier bajada',
  price_less: '−{percent} %: {limit}',
  price_other: 'Otro precio',
  topic_over: 'Esto ya ha terminado o ya no está en nuestra tienda. ¡Lo sentimos!',
  asked_lately: 'Te lo preguntamos hace unos días: para recibir el aviso, toca el botón de aquel mensaje más arriba.',
  unclear:
    'Lo sentimos, este servicio automático no lo ha entendido. Para recibir un aviso, toca «Avísame» en la página de un producto. Escribe STOP para terminar todos los avisos.',
  unclear_stop: '¿Quieres terminar todos tus avisos? Toca el botón o escribe solo STOP.',
  cannot_ask: 'Lo sentimos, por ahora no podemos enviar avisos por aquí.',
  unclear_stop_which:
    '¿Quieres terminar todos tus avisos o solo uno? Toca un botón, o escribe solo STOP para terminarlos todos.',
  no_alerts:
    'Ahora no tienes ningún aviso. Para recibir uno, toca «Avísame» en la página de un producto de nuestra tienda.',
  listed: '{asked}{hasPrice, select, yes { · ahora {price}} other {}} · desde el {since}',
  listed_back_in_stock: 'De nuevo disponible',
  listed_price_drop: 'Menos de {price}',
  listed_price_limit: 'Como máximo {price}',
  listed_low_stock: 'Quedan pocos',
  listed_new_collection: 'Nueva colección',
  listed_early_sale: 'Venta anticipada',
  ended_one: 'Hecho. Este aviso ha terminado y no te escribiremos más sobre esto: {item} ({asked}).',
  gone: 'Ese aviso ya había terminado.',
  disclosure: 'Te responde el servicio automático de {shop}.',
  again_told: '¿Quieres que te avisemos también la próxima vez: {item}?',
  again_expired: 'Tu petición ha caducado, como todas al cabo de un año: {item}. ¿Quieres repetirla?',
  again_several: 'Estas peticiones han terminado: {items}. Toca sobre qué quieres que te avisemos de nuevo.',
  button_stop: 'Terminar avisos',
  button_start: 'START',
  button_list: 'Mis avisos',
  button_more: 'Más',
  button_end: 'Terminar',
  button_price: 'Cambiar precio',
  button_again: 'Avísame otra vez',
  button_notify_me: 'Avísame',
  delete_ask:
    '¿Quieres que borremos todo lo que guardamos sobre ti? Tus avisos terminan y se borran tus permisos, tus ajustes y tu historial. Recibirás un último mensaje con un comprobante. No se puede deshacer. Los pedidos y las cuentas de cliente de la tienda no se ven afectados.',
  delete_late:
    'Ha pasado más de una hora desde esa pregunta, así que no se ha borrado nada. Para que te la hagamos de nuevo, escribe «Borrar mis datos».',
  deleted:
    'Tus datos se han borrado y tus avisos han terminado. Tu comprobante: {code}. Este ha sido nuestro último mensaje.',
  kept: 'No se ha cambiado nada.',
  button_delete: 'Borrar todo',
  button_keep: 'Conservar mis datos',
};
