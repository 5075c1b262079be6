import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.Set;
import org.h2.mvstore.MVStore;

/** The library writes out once a second by itself; here an acknowledged write is in the file before it is answered. */
public class DurableBackend extends H2Backend {
  private static final Set<String> WRITES =
      Set.of("insert", "update", "delete", "findAndModify", "create", "createIndexes", "drop", "dropDatabase", "dropIndexes");

  private static final int COMPACT_AT_MOST_MS = 3_000;

  public DurableBackend(MVStore store) {
    super(store);
  }

  @Override
  public Document handleMessage(MongoMessage message) {
    try {
      return super.handleMessage(message);
    } finally {
      if (WRITES.contains(message.getDocument().keySet().iterator().next())) {
        commit();
      }
    }
  }

  @Override
  public void close() {
    commit();
    getMvStore().compactFile(COMPACT_AT_MOST_MS);
    super.close();
  }
}
