import { openStores } from '../../stores/open.ts';
import { allocate, times } from './support.ts';

/** Allocates six sessions at once, as a process of its own: uri, database, connection, name. */
const [uri = '', database = '', connectionId = '', name = ''] = process.argv.slice(2);
const stores = await openStores({ uri, database });
const connection = await stores.connections.get(connectionId);
if (connection === null) throw new Error(`There is no connection "${connectionId}".`);
await Promise.all(times(6, (index) => allocate(stores, connection, `${name}-${index}`)));
await stores.close();
