import de.bwaldvogel.mongo.backend.KeyValue;
import org.h2.mvstore.type.ObjectDataType;

/**
 * The keys of unique indexes, read and written as the library does it and in the same order, so that a file of one
 * kind is a file of the other. The library finds the order of two keys by serializing both, for each of the twenty
 * comparisons of a look-up; texts, which nearly all keys are, have it without that.
 */
final class IndexKeys extends ObjectDataType {
  @Override
  public int compare(Object a, Object b) {
    if (a instanceof KeyValue left
        && b instanceof KeyValue right
        && left.size() == right.size()
        && left.get(0) instanceof String leftText
        && right.get(0) instanceof String rightText) {
      int order = compareSerialized(leftText, rightText);
      if (order != 0 || left.size() == 1) {
        return order;
      }
    }
    return super.compare(a, b);
  }

  /** Java writes the number of a text's bytes, then its bytes. */
  private static int compareSerialized(String a, String b) {
    int lengths = Long.compare(serializedLength(a), serializedLength(b));
    if (lengths != 0) {
      return lengths;
    }
    for (int at = 0; at < a.length() && at < b.length(); at++) {
      int order = Integer.compare(serializedRank(a.charAt(at)), serializedRank(b.charAt(at)));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** In bytes of modified UTF-8: the character 0 takes two, each half of a pair three. */
  private static long serializedLength(String text) {
    long bytes = text.length();
    for (int at = 0; at < text.length(); at++) {
      char character = text.charAt(at);
      if (character == 0 || character >= 0x80) {
        bytes += character < 0x800 ? 1 : 2;
      }
    }
    return bytes;
  }

  /** Their bytes are in the order of the characters, but for 0, whose two bytes come before those of 0x80. */
  private static int serializedRank(char character) {
    return character == 0 ? 0xFF : 2 * character;
  }
}
