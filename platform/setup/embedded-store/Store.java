import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import java.util.Set;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/** The embedded store: `Store <port> <file>` keeps its data in one file, `Store <port> --memory` keeps none. */
public final class Store {
  private static final Set<String> WRITES =
      Set.of("insert", "update", "delete", "findAndModify", "create", "createIndexes", "drop", "dropDatabase", "dropIndexes");

  private static final int COMPACT_AT_MOST_MS = 3_000;

  /** The library itself names wire version 8, with which the MongoDB driver refuses to talk. */
  private static final MongoVersion VERSION =
      new MongoVersion() {
        @Override
        public List<Integer> getVersionArray() {
          return List.of(5, 0, 0, 0);
        }

        @Override
        public int getWireVersion() {
          return 13;
        }
      };

  /** H2 writes out once a second by itself; an acknowledged write must be in the file before it is answered. */
  private static final class DurableBackend extends H2Backend {
    DurableBackend(MVStore store) {
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

  /** A predecessor whose parent was killed may still be closing the file. */
  private static MVStore open(String file) throws InterruptedException {
    long until = System.currentTimeMillis() + 20_000;
    while (true) {
      try {
        return new MVStore.Builder().fileName(file).open();
      } catch (MVStoreException error) {
        if (error.getErrorCode() != DataUtils.ERROR_FILE_LOCKED || System.currentTimeMillis() > until) {
          throw error;
        }
        Thread.sleep(200);
      }
    }
  }

  public static void main(String[] args) throws InterruptedException {
    int port = Integer.parseInt(args[0]);
    MongoBackend backend =
        args[1].equals("--memory")
            ? new MemoryBackend()
            : new DurableBackend(open(args[1]));
    backend.version(VERSION);
    MongoServer server = new MongoServer(backend);
    try {
      server.bind("127.0.0.1", port);
    } catch (RuntimeException error) {
      System.err.println("port " + port + " cannot be used: " + error.getMessage());
      System.exit(1);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    System.out.println("listening on 127.0.0.1:" + port);
  }
}
