import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/** What the library does in a file, several times as fast: its maps are opened with types of our own. */
final class FileBackend extends DurableBackend {
  FileBackend(MVStore store) {
    super(store);
  }

  @Override
  protected MongoDatabase openOrCreateDatabase(String name) {
    return new Database(name);
  }

  /** The maps have the names that the library gives them. */
  private final class Database extends H2Database {
    Database(String name) {
      super(name, getMvStore(), getCursorRegistry());
    }

    /** A map that is open already is what the library gets when it opens it. */
    @Override
    protected Index<Object> openOrCreateUniqueIndex(
        String collection, String index, List<IndexKey> keys, boolean sparse) {
      String map = getFullCollectionNamespace(collection) + "._index_" + index;
      getMvStore().openMap(map, new MVMap.Builder<Object, Object>().keyType(new IndexKeys()));
      return super.openOrCreateUniqueIndex(collection, index, keys, sparse);
    }

    @Override
    protected MongoCollection<Object> openOrCreateCollection(String collection, CollectionOptions options) {
      String name = getFullCollectionNamespace(collection);
      MVMap<Object, Document> documents =
          getMvStore().openMap("databases." + name, new MVMap.Builder<Object, Document>().valueType(new Documents()));
      MVMap<String, Object> facts = getMvStore().openMap("meta." + name);
      return new Records(this, collection, options, documents, facts, cursorRegistry);
    }
  }
}
