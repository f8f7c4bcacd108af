package io.penstock.cluster;

import static io.penstock.cluster.Orders.order;

import io.penstock.cluster.Messages.Activity;
import io.penstock.cluster.Messages.Proof;
import io.penstock.cluster.Messages.Renewal;
import io.penstock.cluster.Messages.RenewalReply;
import java.util.List;

/** Speaks to a lease book as executors do. */
final class FakeExecutors {
  /** Of an executor that saw the driver's files. */
  static final Proof SEEN = new Proof("token", "1-a", "own", null);

  private final LeaseBook book;

  FakeExecutors(LeaseBook book) {
    this.book = book;
  }

  void begin(String runId) {
    book.begin(order(runId, "/store"), SEEN.token(), () -> true, Orders.noLimits());
  }

  RenewalReply renew(String executorId, Activity... activities) {
    return book.renew(new Renewal(executorId, "h" + executorId, List.of(activities), null));
  }

  RenewalReply tell(String executorId, Proof proof) {
    return book.renew(new Renewal(executorId, "h" + executorId, List.of(), proof));
  }

  void prove(String executorId) {
    tell(executorId, SEEN);
    book.proofToRead(executorId).orElseThrow();
    book.proved(executorId, SEEN);
  }

  boolean isGranted(String executorId) {
    return renew(executorId).granted();
  }
}
