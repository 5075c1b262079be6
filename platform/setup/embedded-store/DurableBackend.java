import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.h2.mvstore.MVStore;

/** The library writes out once a second by itself; here an acknowledged write is in the file before it is answered. */
public class DurableBackend extends H2Backend {
  private static final Set<String> WRITES =
      Set.of("insert", "update", "delete", "findAndModify", "create", "createIndexes", "drop", "dropDatabase", "dropIndexes");

  private static final int COMPACT_AT_MOST_MS = 3_000;

  /** Writes that are in the maps. */
  private final AtomicLong written = new AtomicLong();

  private final Object turn = new Object();

  /** Of them, those that are in the file. */
  private long kept;

  public DurableBackend(MVStore store) {
    super(store);
  }

  @Override
  public Document handleMessage(MongoMessage message) {
    try {
      return super.handleMessage(message);
    } finally {
      if (WRITES.contains(message.getDocument().keySet().iterator().next())) {
        keep();
      }
    }
  }

  /** Writes that wait while others are brought to the file go there together after them. */
  private void keep() {
    long mine = written.incrementAndGet();
    synchronized (turn) {
      if (kept >= mine) {
        return;
      }
      long all = written.get();
      commit();
      kept = all;
    }
  }

  @Override
  public void close() {
    commit();
    getMvStore().compactFile(COMPACT_AT_MOST_MS);
    super.close();
  }
}
