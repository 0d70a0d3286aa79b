/**
 * What a person does that the Page is to hear of, as the phone hands it to the network. While the phone is offline deeds
 * wait on it, in order; done is what was done when the platform has it. Plain data, for snapshots.
 */
export type Deed = { readonly at: number } & (
  | { readonly kind: 'write'; readonly mid: string; readonly text: string; readonly replyTo?: string | undefined }
  | {
      readonly kind: 'quick_reply';
      readonly mid: string;
      readonly text: string;
      readonly payload: string;
      /** The message that it stood below. */
      readonly of: string;
    }
  /** `ofMessage`: the button was below a message of the app. */
  | {
      readonly kind: 'postback';
      readonly mid: string;
      readonly title: string;
      readonly payload: string;
      readonly ofMessage?: boolean;
    }
  /** Get Started, or a question in place of it. */
  | { readonly kind: 'begin'; readonly mid: string; readonly title: string; readonly payload: string }
  /** `of`: the request. */
  | { readonly kind: 'notify_me'; readonly of: string }
  | { readonly kind: 'get_updates'; readonly of: string }
  /** Without a topic all of them. */
  | { readonly kind: 'topics'; readonly stopped: boolean; readonly topic?: string | undefined }
  | { readonly kind: 'link'; readonly ref: string }
  | { readonly kind: 'react'; readonly of: string; readonly reaction?: string | undefined }
);

/** What a deed is to be called on the phone. */
export function deedWords(deed: Deed): string {
  switch (deed.kind) {
    case 'write':
    case 'quick_reply':
      return deed.text;
    case 'postback':
    case 'begin':
      return deed.title;
    case 'notify_me':
      return 'Notify Me';
    case 'get_updates':
      return 'Get updates';
    case 'topics':
      return `${deed.stopped ? 'Stop' : 'Resume'} ${deed.topic ?? 'all notifications'}`;
    case 'link':
      return 'The “notify me” link';
    case 'react':
      return deed.reaction === undefined ? 'Reaction taken back' : `Reaction: ${deed.reaction}`;
  }
}
