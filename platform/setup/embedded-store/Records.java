import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractCursor;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.List;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;

/**
 * A collection whose documents are found in the order of their ids, which is that of the file, by walking along it.
 * The library reads the whole collection into memory for each search and sorts it there.
 */
final class Records extends H2Collection {
  private final MVMap<Object, Document> documents;

  Records(
      MongoDatabase database,
      String name,
      CollectionOptions options,
      MVMap<Object, Document> documents,
      MVMap<String, Object> facts,
      CursorRegistry cursors) {
    super(database, name, options, documents, facts, cursors);
    this.documents = documents;
  }

  /** Nobody asks how large a collection is, and each write would encode its document once more to keep count. */
  @Override
  protected boolean tracksDataSize() {
    return false;
  }

  @Override
  protected QueryResult matchDocuments(
      Document query, Document order, int skip, int limit, int batchSize, Document fields) {
    boolean descending = isById(order, -1);
    if (skip > 0 || !(descending || isById(order, 1) || order == null || order.isEmpty())) {
      return super.matchDocuments(query, order, skip, limit, batchSize, fields);
    }
    Walk walk = new Walk(query, descending, fields, limit > 0 ? limit : Integer.MAX_VALUE);
    List<Document> first = walk.takeDocuments(batchSize > 0 ? batchSize : Integer.MAX_VALUE);
    if (walk.isEmpty()) {
      return new QueryResult(first);
    }
    cursorRegistry.add(walk);
    return new QueryResult(first, walk);
  }

  /** Other ids than texts are not in the same order in the file as MongoDB has them. */
  private boolean isById(Document order, int direction) {
    return order != null
        && order.size() == 1
        && order.get("_id") instanceof Number number
        && number.intValue() == direction
        && (documents.isEmpty()
            || documents.firstKey() instanceof String && documents.lastKey() instanceof String);
  }

  /** Keeps no document between two answers, only where the next one begins. */
  private final class Walk extends AbstractCursor {
    private final Document query;
    private final boolean descending;
    private final Document fields;
    private Object from;
    private final Object to;
    private int left;

    Walk(Document query, boolean descending, Document fields, int limit) {
      super(cursorRegistry.generateCursorId());
      this.query = query;
      this.descending = descending;
      this.fields = fields;
      this.left = limit;
      Object low = bound("$gt", "$gte");
      Object high = bound("$lt", "$lte");
      this.from = descending ? high : low;
      this.to = descending ? low : high;
    }

    /** @return the text that bounds the ids on one side, or null; whether it is itself meant, the query decides */
    private Object bound(String exclusive, String inclusive) {
      Object id = query.get("_id");
      Object bound =
          id instanceof Document range ? range.getOrDefault(exclusive, range.get(inclusive)) : id;
      return bound instanceof String ? bound : null;
    }

    @Override
    public boolean isEmpty() {
      return left == 0;
    }

    @Override
    public synchronized List<Document> takeDocuments(int atMost) {
      List<Document> found = new ArrayList<>();
      Cursor<Object, Document> cursor = documents.cursor(from, to, descending);
      while (left > 0) {
        if (!cursor.hasNext()) {
          left = 0;
          break;
        }
        Object key = cursor.next();
        if (!documentMatchesQuery(cursor.getValue(), query)) {
          continue;
        }
        if (found.size() >= atMost) {
          from = key;
          break;
        }
        found.add(cursor.getValue());
        left--;
      }
      return matchDocumentsFromStream(found.stream(), new Document(), null, 0, 0, 0, fields).collectDocuments();
    }
  }
}
