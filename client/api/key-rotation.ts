import { setTimeout as delay } from 'node:timers/promises';
import { secretContext } from '../../activities/secret-context.ts';
import type { Sealed, SecretBox } from '../../platform/crypto.ts';
import type { WebhookSecret } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { type SealedKind, sealedKinds } from '../../stores/sealed.ts';
import type { RouteDeps } from './deps.ts';
import type { KeyRotation } from './schemas/keys.ts';

/** How long one call works; whoever asks goes on from `next`. */
const callMs = 20_000;
const leasePollMs = 200;

/** Seals a value again, or leaves it where that cannot be done. */
type Reseal = (sealed: Sealed, context: string) => Sealed;

/** What became of the values of one document; a change that is repeated begins its count again. */
function createTally(secrets: SecretBox) {
  let rotated = 0;
  let current = 0;
  let unreadable: string[] = [];
  const reseal: Reseal = (sealed, context) => {
    try {
      const fresh = secrets.rotate(sealed, context);
      if (fresh === sealed) current += 1;
      else rotated += 1;
      return fresh;
    } catch {
      unreadable.push(sealed.keyId);
      return sealed;
    }
  };
  return {
    begin: (): Reseal => {
      [rotated, current, unreadable] = [0, 0, []];
      return reseal;
    },
    counts: () => ({ rotated, current, unreadable }),
  };
}

/**
 * Seals everything that is sealed again with the current key, document by document, each by compare-and-set. May be
 * stopped at any place and repeated: what has the current key is left as it is.
 * @param after Where an earlier call stopped: its `next`.
 */
export async function rotateKeys(
  { stores, secrets }: Pick<RouteDeps, 'stores' | 'secrets'>,
  after?: string,
): Promise<KeyRotation> {
  const until = performance.now() + callMs;
  const total = { rotated: 0, current: 0, unreadable: {} as Record<string, number> };
  const [from = sealedKinds[0], place = ''] = (after ?? '').split(/:(.*)/s);
  const kinds = sealedKinds.slice(Math.max(0, sealedKinds.indexOf(from as SealedKind)));
  let last = after ?? null;
  for (const kind of kinds)
    for (const id of await stores.sealed.ids(kind)) {
      if (kind === from && id <= place) continue;
      if (performance.now() > until) return { keyId: secrets.keyId, ...total, next: last };
      const tally = createTally(secrets);
      const done = await resealers[kind](stores, id, tally.begin, until);
      if (!done) return { keyId: secrets.keyId, ...total, next: last };
      const { rotated, current, unreadable } = tally.counts();
      total.rotated += rotated;
      total.current += current;
      for (const key of unreadable) total.unreadable[key] = (total.unreadable[key] ?? 0) + 1;
      last = `${kind}:${id}`;
    }
  return { keyId: secrets.keyId, ...total, next: null };
}

/** Seals the values of one document again; false: it could not be done before `until`. */
type Resealer = (stores: Stores, id: string, begin: () => Reseal, until: number) => Promise<boolean>;

const resealers: Readonly<Record<SealedKind, Resealer>> = {
  async apps({ apps }, id, begin) {
    await apps.change(id, (doc) => {
      const reseal = begin();
      if (doc === null) return null;
      const { clientSecret, webhookSecrets } = doc;
      return {
        ...doc,
        ...(clientSecret && { clientSecret: reseal(clientSecret, secretContext.app(id)) }),
        ...(webhookSecrets && { webhookSecrets: resealAll('app', id, webhookSecrets, reseal) }),
      };
    });
    return true;
  },
  async connections({ connections }, id, begin) {
    await connections.change(id, ({ webhookSecrets, hashKey }) => {
      const reseal = begin();
      const fresh = resealAll('connection', id, webhookSecrets, reseal);
      const key = hashKey && reseal(hashKey, secretContext.hashKey(id));
      const same = key === hashKey && fresh.every((one, at) => one.secret === webhookSecrets[at]?.secret);
      return same ? null : { webhookSecrets: fresh, ...(key && { hashKey: key }) };
    });
    return true;
  },
  async grants({ grants }, id, begin, until) {
    const slash = id.lastIndexOf('/');
    const context = secretContext.grant(id.slice(0, slash), Number(id.slice(slash + 1)));
    for (;;) {
      const grant = await grants.byId(id);
      const reseal = begin();
      if (grant === null) return true;
      const secret = reseal(grant.secret, context);
      if (secret === grant.secret || (await grants.reseal(id, grant.seq, secret))) return true;
      // A refresh runs: what it stores is sealed by the key that it has.
      if (performance.now() > until) return false;
      await delay(leasePollMs);
    }
  },
  async consents({ consents, sealed }, id, begin) {
    const consent = await consents.get(id);
    if (consent === null) return true;
    const reseal = begin();
    const codeVerifier = reseal(consent.codeVerifier, secretContext.consent(id));
    if (codeVerifier !== consent.codeVerifier) await sealed.putCodeVerifier(id, codeVerifier);
    const exchanged = consent.exchanged && reseal(consent.exchanged, secretContext.exchanged(id));
    if (exchanged && exchanged !== consent.exchanged) await sealed.putExchanged(id, exchanged);
    return true;
  },
  async destinations({ destinations }, id, begin) {
    await destinations.change(id, ({ secret }) => {
      const reseal = begin();
      const fresh = secret && reseal(secret, secretContext.destination(id));
      return fresh === secret ? null : { secret: fresh };
    });
    return true;
  },
  async subscriptions({ subscriptions }, id, begin) {
    await subscriptions.change(id, ({ secrets }) => {
      const reseal = begin();
      const fresh = secrets.map((one) => ({
        ...one,
        secret: reseal(one.secret, secretContext.subscription(id, one.id)),
      }));
      return fresh.every((one, at) => one.secret === secrets[at]?.secret) ? null : { secrets: fresh };
    });
    return true;
  },
  async inbox({ sealed }, id, begin, until) {
    for (;;) {
      const entry = await sealed.getInbox(id);
      const reseal = begin();
      if (!entry?.payload) return true;
      const payload = reseal(entry.payload, secretContext.inbox(id));
      if (payload === entry.payload || (await sealed.putPayload(id, entry.seq, payload))) return true;
      if (performance.now() > until) return false;
    }
  },
};

const resealAll = (
  owner: 'app' | 'connection',
  id: string,
  all: readonly WebhookSecret[],
  reseal: Reseal,
): readonly WebhookSecret[] =>
  all.map((one) => ({ ...one, secret: reseal(one.secret, secretContext.webhook(owner, id, one.id)) }));
