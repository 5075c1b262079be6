import { openStores } from '../../stores/open.ts';
import { senderOf } from './scene.ts';

/** A sender in a process of its own, to be killed. */
const { URI: uri = '', DATABASE: database = '' } = process.env;
const stores = await openStores({ uri, database });
senderOf(stores, { intervalMs: 20, leaseMs: 600, timeoutMs: 200 }).start();
