import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/** The embedded store: `Store <port> <file>` keeps its data in one file, `Store <port> --memory` keeps none. */
public final class Store {
  /** So much of one write is gathered before a part of it goes out: pages that are still growing go out once. */
  private static final int GATHERED_KB = 16 * 1024;

  /**
   * Pages that were read stay for so much. Twice as much, the library's own bound, is as fast to find in, but whoever
   * reads a large collection fills it with documents that live just long enough to be expensive to collect.
   */
  private static final int CACHE_MB = 8;

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

  private Store() {}

  public static void main(String[] args) throws InterruptedException {
    serve(args[0], args[1].equals("--memory") ? new MemoryBackend() : new FileBackend(open(args[1])));
  }

  /** A predecessor whose parent was killed may still be closing the file. */
  public static MVStore open(String file) throws InterruptedException {
    long until = System.currentTimeMillis() + 20_000;
    while (true) {
      try {
        return new MVStore.Builder()
            .fileName(file)
            .autoCommitBufferSize(GATHERED_KB)
            .cacheSize(CACHE_MB)
            .open();
      } catch (MVStoreException error) {
        if (error.getErrorCode() != DataUtils.ERROR_FILE_LOCKED || System.currentTimeMillis() > until) {
          throw error;
        }
        Thread.sleep(200);
      }
    }
  }

  /** Answers until the process is asked to end. */
  public static void serve(String port, MongoBackend backend) {
    backend.version(VERSION);
    MongoServer server = new MongoServer(backend);
    try {
      server.bind("127.0.0.1", Integer.parseInt(port));
    } catch (Exception error) {
      // Netty throws a taken port as a checked exception that it does not declare, and its threads would live on.
      System.err.println("port " + port + " cannot be used: " + error.getMessage());
      System.exit(1);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    System.out.println("listening on 127.0.0.1:" + port);
  }
}
