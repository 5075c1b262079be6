import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.ObjectDataType;

/**
 * The documents of a collection are in the file as the BSON that they came in. The library writes them as serialized
 * Java objects, which takes twice the place and several times as long; files that it wrote so are still read.
 */
final class Documents extends ObjectDataType {
  /** No tag of the library is as high. */
  private static final byte BSON = 127;

  /** Of a document, in bytes: what it takes as Java objects is about this many times its BSON. */
  private static final int MEMORY_PER_BYTE = 4;

  private int meanMemory = 1_000;

  @Override
  public int getMemory(Object document) {
    return meanMemory;
  }

  @Override
  public void write(WriteBuffer target, Object document) {
    ByteBuf bytes = Unpooled.buffer();
    BsonEncoder.encodeDocument((Document) document, bytes);
    count(bytes.readableBytes());
    target.put(BSON).putVarInt(bytes.readableBytes()).put(bytes.nioBuffer());
  }

  @Override
  public Object read(ByteBuffer source) {
    if (source.get(source.position()) != BSON) {
      return super.read(source);
    }
    source.get();
    int length = DataUtils.readVarInt(source);
    count(length);
    ByteBuf bytes = Unpooled.wrappedBuffer(source.slice().limit(length));
    source.position(source.position() + length);
    return BsonDecoder.decodeBson(bytes);
  }

  /** The mean moves with what is read and written. */
  private void count(int length) {
    meanMemory = (int) (((long) MEMORY_PER_BYTE * length + 15L * meanMemory) / 16);
  }
}
