import type { Wording } from './wording.js';

export const fr: Wording = {
  this_item: 'cet article',
  ask_back_in_stock: 'Vous prévenir {mode, select, recurring {à chaque retour} other {du retour}} : {item} ?',
  ask_price_drop:
    'Vous prévenir {hasLimit, select, yes {{mode, select, recurring {chaque fois } other {}}à {limit} ou moins} other {{mode, select, recurring {à chaque baisse de prix} other {si le prix baisse}}}} : {item} ?',
  ask_low_stock: 'Vous prévenir {mode, select, recurring {chaque fois qu’il} other {quand il}} en reste peu : {item} ?',
  ask_new_collection: 'Vous prévenir de la sortie : {item} ?',
  ask_early_sale: 'Vous prévenir de l’ouverture : {item} ?',
  confirmed_back_in_stock:
    'C’est noté ! Vous recevrez un message {mode, select, recurring {à chaque retour} other {au retour}} en stock : {item}.{hasPrice, select, yes { Prix actuel : {price}.} other {}} Écrivez STOP à tout moment pour y mettre fin.',
  confirmed_price_drop:
    'C’est noté ! Vous recevrez un message {mode, select, recurring {chaque fois que} other {quand}} le prix {hasLimit, select, yes {sera de {limit} ou moins} other {passera sous les {price} d’aujourd’hui}} : {item}. Écrivez STOP à tout moment pour y mettre fin.',
  confirmed_low_stock:
    'C’est noté ! Vous recevrez un message {mode, select, recurring {chaque fois qu’il} other {quand il}} n’en restera que peu : {item}.{hasPrice, select, yes { Prix actuel : {price}.} other {}} Écrivez STOP à tout moment pour y mettre fin.',
  confirmed_new_collection:
    'C’est noté ! Vous recevrez un message à la sortie : {item}. Écrivez STOP à tout moment pour y mettre fin.',
  confirmed_early_sale:
    'C’est noté ! Vous recevrez un message dès l’ouverture pour vous : {item}. Écrivez STOP à tout moment pour y mettre fin.',
  already: 'C’est déjà noté : {item}. Nous vous écrirons dès qu’il y aura du nouveau. Écrivez STOP pour y mettre fin.',
  already_told:
    'Nous venons de vous écrire à ce sujet : {item}. Pour la prochaine fois, touchez à nouveau le lien sur sa page.',
  no_price: 'Nous ne connaissons pas de prix pour le moment et ne pouvons donc pas signaler une baisse : {item}.',
  stopped:
    'C’est fait. Toutes vos alertes sont arrêtées et vous n’en recevrez plus. Si vous changez d’avis, écrivez START.',
  resumed: 'Heureux de vous revoir ! Touchez « Me prévenir » sur la page d’un produit de notre boutique.',
  help: 'Touchez « Me prévenir » sur la page d’un produit : nous vous écrirons ici quand il sera de retour ou moins cher. Écrivez « mes alertes » pour voir vos demandes et en arrêter une, ou STOP pour arrêter toutes les alertes.',
  question: 'De quel produit s’agit-il ? Ouvrez sa page dans notre boutique et touchez « Me prévenir ».',
  greeting:
    'Bonjour ! Ici notre service automatique : il vous prévient quand un produit est de retour ou moins cher. De quel produit s’agit-il ? Écrivez son nom, ou touchez « Me prévenir » sur sa page dans notre boutique.',
  choices: 'Lequel voulez-vous dire ? Touchez-le, et nous vous demanderons ce qu’il nous faut savoir.',
  price_question:
    'Prix actuel : {price} ({item}). À partir de quel prix faut-il vous prévenir ? Touchez un prix ou écrivez un montant.',
  price_too_high:
    'Le prix est déjà de {price} ({item}). À partir de quel prix plus bas faut-il vous prévenir ? Touchez un prix ou écrivez un montant.',
  price_wanted: 'À partir de quel prix faut-il vous prévenir ({item}) ? Écrivez un montant, par exemple {example}.',
  price_not_read:
    'Désolé, nous n’y avons pas trouvé de prix. Écrivez seulement un montant, par exemple {example} : nous vous préviendrons à ce prix ou moins ({item}).',
  price_changed:
    'C’est noté ! Nous vous préviendrons quand le prix {hasLimit, select, yes {sera de {limit} ou moins} other {passera sous les {price} d’aujourd’hui}} : {item}. Écrivez STOP à tout moment pour y mettre fin.',
  price_any: 'Tout prix plus bas',
  price_less: '−{percent} % : {limit}',
  price_other: 'Un autre prix',
  topic_over: 'C’est terminé, ou ce n’est plus dans notre boutique. Désolé !',
  asked_lately:
    'Nous vous avons posé la question il y a quelques jours : pour être prévenu, touchez le bouton de ce message plus haut.',
  unclear:
    'Désolé, ce service automatique n’a pas compris. Pour être prévenu, touchez « Me prévenir » sur la page d’un produit. Écrivez STOP pour arrêter toutes les alertes.',
  unclear_stop: 'Souhaitez-vous arrêter toutes vos alertes ? Touchez le bouton, ou écrivez seulement STOP.',
  cannot_ask: 'Désolé, nous ne pouvons pas envoyer d’alertes ici pour le moment.',
  unclear_stop_which:
    'Souhaitez-vous arrêter toutes vos alertes, ou une seule ? Touchez un bouton, ou écrivez seulement STOP pour tout arrêter.',
  no_alerts:
    'Vous n’avez aucune alerte pour le moment. Pour être prévenu, touchez « Me prévenir » sur la page d’un produit de notre boutique.',
  listed: '{asked}{hasPrice, select, yes { · {price} actuellement} other {}} · depuis le {since}',
  listed_back_in_stock: 'Retour en stock',
  listed_price_drop: 'Moins de {price}',
  listed_price_limit: '{price} au plus',
  listed_low_stock: 'Bientôt épuisé',
  listed_new_collection: 'Nouvelle collection',
  listed_early_sale: 'Vente privée',
  ended_one: 'C’est fait. Cette alerte est arrêtée et nous n’écrirons plus à ce sujet : {item} ({asked}).',
  gone: 'Cette alerte est déjà terminée.',
  disclosure: 'Vous écrivez au service automatique de {shop}.',
  again_told: 'Souhaitez-vous être prévenu la prochaine fois aussi : {item} ?',
  again_expired: 'Votre demande a expiré, comme toute demande après un an : {item}. La renouveler ?',
  again_several: 'Ces demandes sont terminées : {items}. Touchez celles que vous souhaitez renouveler.',
  button_stop: 'Tout arrêter',
  button_start: 'START',
  button_list: 'Mes alertes',
  button_more: 'Suite',
  button_end: 'Arrêter',
  button_price: 'Changer le prix',
  button_again: 'Me prévenir encore',
  button_notify_me: 'Me prévenir',
  delete_ask:
    'Voulez-vous que nous supprimions tout ce que nous conservons à votre sujet ? Vos alertes prennent fin ; vos autorisations, vos réglages et leur historique sont supprimés. Vous recevrez un dernier message avec un reçu. C’est irréversible. Les commandes et les comptes clients de la boutique ne sont pas concernés.',
  delete_late:
    'Plus d’une heure s’est écoulée depuis cette question : rien n’a été supprimé. Pour qu’elle vous soit posée à nouveau, écrivez « Supprimer mes données ».',
  deleted:
    'Vos données sont supprimées et vos alertes ont pris fin. Votre reçu : {code}. C’était notre dernier message.',
  kept: 'Rien n’a été modifié.',
  button_delete: 'Tout supprimer',
  button_keep: 'Garder mes données',
};
