import { Injectable } from '@nestjs/common';
import { mediaOf, readUpload, usableAttachment } from '../domain/attachment.js';
import type { MediaAttachment, SavedAttachment, SentMessage } from '../domain/attachment.js';
import type { GraphError } from '../domain/graph-error.js';
import { jsonParam } from '../domain/json-param.js';
import type { Page } from '../domain/model.js';
import { rule4Permission } from '../domain/rules-identity.js';
import { SandboxClock } from './clock.js';
import type { EdgeOutcome } from './graph-edges.js';
import { newAttachmentId } from './ids.js';
import { SandboxState } from './sandbox-state.js';

/** Files that Pages keep for sending again. */
@Injectable()
export class Attachments {
  constructor(
    private readonly state: SandboxState,
    private readonly clock: SandboxClock,
  ) {}

  /** `POST /{page}/message_attachments` */
  upload(page: Page, params: Record<string, unknown>): EdgeOutcome {
    const forbidden = rule4Permission(page, 'pages_messaging');
    if (forbidden) return { refusal: forbidden };
    const read = readUpload(jsonParam(params.message));
    return 'refusal' in read ? read : { body: { attachment_id: this.save(page, read.media) } };
  }

  /** A message whose saved file stands there with its address; anything else comes back as it is. */
  resolve(page: Page, message: SentMessage): { message: SentMessage } | { refusal: GraphError } {
    const media = mediaOf(message);
    if (media?.payload.attachment_id === undefined) return { message };
    // Ids were numbers once, and callers still write them so.
    const id = String(media.payload.attachment_id);
    const saved = this.state.attachments.get(id);
    const refusal = usableAttachment(saved, { page: page.id, type: media.type, now: this.clock.now() });
    if (refusal || !saved) return { refusal: refusal! };
    return {
      message: { ...message, attachment: { type: media.type, payload: { url: saved.url, attachment_id: id } } },
    };
  }

  /** Keeps the file of an accepted message if the sender asked for that; gives its id. */
  keep(page: Page, message: SentMessage): string | undefined {
    const media = mediaOf(message);
    return media?.payload.is_reusable && media.payload.url !== undefined ? this.save(page, media) : undefined;
  }

  private save(page: Page, { type, payload }: MediaAttachment): string {
    const saved: SavedAttachment = {
      id: newAttachmentId(),
      page: page.id,
      type,
      url: payload.url ?? '',
      savedAt: this.clock.now(),
    };
    this.state.addAttachment(saved);
    return saved.id;
  }
}
