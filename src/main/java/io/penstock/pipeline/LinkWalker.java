package io.penstock.pipeline;

import io.penstock.lake.Columns;
import io.penstock.lake.RowCodec;
import io.penstock.pipeline.Walk.Seen;
import io.penstock.prompt.Fingerprinter;
import java.io.Serializable;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Makes the links of rows on a ladder, and walks them; what runs in tasks. Serializable. */
final class LinkWalker implements Serializable {
  /** A rung and the row's request there. */
  static final StructType LINK =
      new StructType()
          .add("rung", DataTypes.IntegerType)
          .add(Columns.MODEL_NAME, DataTypes.StringType)
          .add(Columns.FINGERPRINT, DataTypes.BinaryType);

  static final ArrayType LINKS = DataTypes.createArrayType(LINK, false);

  /**
   * Of a {@link Walk}: where it stands; whether it has left its first rung; what is missing (at
   * most one link); what was called by now; which answer was checked, and whether it was good
   * enough; of an audited row the request of the other model.
   */
  static final StructType WALK =
      new StructType()
          .add("links", LINKS)
          .add("stand", LINK)
          .add("moved", DataTypes.BooleanType)
          .add("missing", LINK)
          .add("called", DataTypes.createArrayType(DataTypes.IntegerType))
          .add("checked", LINK)
          .add("escalated", DataTypes.BooleanType)
          .add("other", LINK);

  /** Two to the power of 64. */
  private static final BigDecimal HASHES = new BigDecimal(2).pow(Long.SIZE);

  private final Ladder ladder;
  private final Map<String, Fingerprinter> fingerprinters;
  private final BigDecimal auditFraction;

  LinkWalker(Ladder ladder, Map<String, Fingerprinter> fingerprinters, BigDecimal auditFraction) {
    this.ladder = ladder;
    this.fingerprinters = Map.copyOf(fingerprinters);
    this.auditFraction = auditFraction;
  }

  /** Of a row of model_name, messages and request_index: {@link #LINKS}, the first one first. */
  UDF1<Row, List<Row>> links() {
    return row -> {
      List<Row> links = new ArrayList<>();
      for (int rung : ladder.reachable(row.getString(0))) {
        String model = ladder.rung(rung).model();
        byte[] fingerprint =
            fingerprinters.get(model).of(RowCodec.messages(row, 1), row.getLong(2)).toBytes();
        links.add(RowFactory.create(rung, model, fingerprint));
      }
      return links;
    };
  }

  /**
   * Of a row of model_name, error_kind, fingerprint, called and what the store has of its links
   * (link, answered, error_kind, good): {@link #WALK}.
   */
  UDF1<Row, Row> walk() {
    return row -> {
      Map<Integer, Row> links = new HashMap<>();
      Map<Integer, Seen> seen = new HashMap<>();
      for (Row each : row.<Row>getList(4)) {
        Row link = each.getStruct(0);
        links.put(link.getInt(0), link);
        seen.put(
            link.getInt(0), new Seen(each.getBoolean(1), each.getString(2), each.getBoolean(3)));
      }
      List<Integer> called = row.isNullAt(3) ? List.of() : row.getList(3);
      boolean isAudited = !row.isNullAt(2) && isAudited(row.getAs(2));
      Walk.Walker walker =
          new Walk.Walker(ladder, row.getString(0), row.getString(1), isAudited, called);
      return toRow(Walk.of(walker, seen), walker, links);
    };
  }

  private Row toRow(Walk walk, Walk.Walker walker, Map<Integer, Row> links) {
    int other =
        walker.isAudited() && walk.checked() != Ladder.NONE
            ? ladder.rung(walk.checked()).escalation()
            : Ladder.NONE;
    int missing = walk.isMissing() ? walk.stand() : walk.isAuditMissing() ? other : Ladder.NONE;
    List<Integer> called = new ArrayList<>(walker.called());
    if (missing != Ladder.NONE) {
      called.add(missing);
    }
    return RowFactory.create(
        walk.links().stream().map(links::get).toArray(),
        links.get(walk.stand()),
        walk.stand() != ladder.first(walker.model()),
        find(links, missing),
        called.toArray(),
        find(links, walk.checked()),
        walk.isEscalated(),
        find(links, other));
  }

  private static @Nullable Row find(Map<Integer, Row> links, int rung) {
    return links.get(rung);
  }

  /** By the second half of the fingerprint: the first half is what a limited run orders rows by. */
  private boolean isAudited(byte[] fingerprint) {
    long hash = ByteBuffer.wrap(fingerprint).getLong(Long.BYTES);
    BigDecimal place = new BigDecimal(Long.toUnsignedString(hash));
    return place.compareTo(auditFraction.multiply(HASHES)) < 0;
  }
}
