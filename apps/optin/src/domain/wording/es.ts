import type { Wording } from './wording.js';

export const es: Wording = {
  this_item: 'este artículo',
  ask_back_in_stock: '¿Te avisamos cuando vuelva: {item}?',
  ask_price_drop: '¿Te avisamos si baja de precio: {item}?',
  confirmed_back_in_stock:
    '¡Listo! Te enviaremos un mensaje cuando vuelva a estar disponible: {item}.{hasPrice, select, yes { Precio actual: {price}.} other {}} Escribe STOP en cualquier momento para terminar.',
  confirmed_price_drop:
    '¡Listo! Te enviaremos un mensaje cuando cueste menos de los {price} de hoy: {item}. Escribe STOP en cualquier momento para terminar.',
  already: 'Ya está apuntado: {item}. Te escribiremos en cuanto haya novedades. Escribe STOP para terminar.',
  already_told: 'Acabamos de escribirte sobre esto: {item}. Para la próxima vez, toca de nuevo el enlace en su página.',
  no_price: 'Por ahora no conocemos el precio y no podemos avisarte si baja: {item}.',
  stopped: 'Hecho. Todos tus avisos han terminado y no recibirás más. Si cambias de idea, escribe START.',
  resumed: '¡Hola de nuevo! Toca «Avísame» en la página de un producto de nuestra tienda.',
  help: 'Toca «Avísame» en la página de un producto y te escribiremos aquí cuando vuelva o baje de precio. Escribe STOP para terminar todos los avisos.',
  question: '¿De qué producto se trata? Abre su página en nuestra tienda y toca «Avísame».',
  unclear:
    'Lo sentimos, este servicio automático no lo ha entendido. Para recibir un aviso, toca «Avísame» en la página de un producto. Escribe STOP para terminar todos los avisos.',
  unclear_stop: '¿Quieres terminar todos tus avisos? Toca el botón o escribe solo STOP.',
  cannot_ask: 'Lo sentimos, por ahora no podemos enviar avisos por aquí.',
  button_stop: 'Terminar avisos',
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
