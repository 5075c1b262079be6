/** The embedded store with its library's own way to find and keep documents in a file. */
public final class LibraryStore {
  public static void main(String[] args) throws InterruptedException {
    Store.serve(args[0], new DurableBackend(Store.open(args[1])));
  }
}
