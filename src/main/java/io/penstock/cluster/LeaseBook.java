package io.penstock.cluster;

import io.penstock.cluster.Messages.Activity;
import io.penstock.cluster.Messages.Proof;
import io.penstock.cluster.Messages.QuietAsk;
import io.penstock.cluster.Messages.QuietReply;
import io.penstock.cluster.Messages.Renewal;
import io.penstock.cluster.Messages.RenewalReply;
import io.penstock.limit.AccountLoad;
import io.penstock.limit.AccountReport;
import io.penstock.limit.Allowance;
import io.penstock.limit.BudgetBook;
import io.penstock.limit.Governor;
import io.penstock.limit.PurseAllowance;
import io.penstock.limit.PurseReport;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The driver's knowledge of its executors during a run: who renewed when, who proved that it shares
 * the folders, whom Spark removed, whose lease may still be good. Thread-safe; only computes, and a
 * renewal costs the same however many executors there are.
 */
final class LeaseBook {
  /** An executor that did not renew for so long is not waited for. */
  static final Duration SILENCE = Lease.LIFE.plusSeconds(1);

  /** After as many failed tries to read an executor's files its proof has failed. */
  static final int PROOF_TRIES = 3;

  private final LongSupplier nanoClock;
  private final Map<String, Member> members = new HashMap<>();
  private final Set<String> removed = new HashSet<>();

  /** Of the terms before, by executor. */
  private final Map<String, Counts> earlier = new HashMap<>();

  private @Nullable Term term;
  private long renewals;

  /** One execution of a run, also after its end, for the last counts. */
  private static final class Term {
    final RunOrder order;
    final String token;
    final BooleanSupplier mayGrant;
    final Governor governor;
    boolean ended;
    @Nullable String stopReason;
    @Nullable AccountStop accountStop;
    @Nullable String proofFailure;

    Term(RunOrder order, String token, BooleanSupplier mayGrant, Governor governor) {
      this.order = order;
      this.token = token;
      this.mayGrant = mayGrant;
      this.governor = governor;
    }

    boolean covers(Activity activity) {
      return activity.runId().equals(order.runId())
          && (activity.token() == null || activity.token().equals(token));
    }
  }

  private static final class Member {
    final String executorId;
    String host = "";
    long renewedNanos;
    long renewal;
    @Nullable String leasedRun;
    long leaseEndNanos;
    @Nullable Proof told;
    boolean beingRead;
    boolean proven;
    int proofFailures;
    boolean open;
    Counts counts = Counts.NONE;

    Member(String executorId) {
      this.executorId = executorId;
    }

    void beginTerm() {
      told = null;
      beingRead = false;
      proven = false;
      proofFailures = 0;
      open = false;
      counts = Counts.NONE;
    }

    boolean hasProofToRead() {
      return told != null && told.failure() == null && !beingRead && !proven;
    }

    @Override
    public String toString() {
      return "executor " + executorId + " on host " + host;
    }
  }

  LeaseBook(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /**
   * Replaces the run before, if that has not ended.
   *
   * @param token new and random
   * @param mayGrant only computes
   * @param governor of the run's accounts
   */
  synchronized void begin(
      RunOrder order, String token, BooleanSupplier mayGrant, Governor governor) {
    term = new Term(order, token, mayGrant, governor);
    members.forEach((id, member) -> earlier.merge(id, member.counts.ended(), Counts::plus));
    members.values().removeIf(member -> !isLiving(member) && !mayCall(member, order.runId()));
    members.values().forEach(Member::beginTerm);
  }

  /** The first reason stays. */
  synchronized void stop(String reason) {
    if (term != null && term.stopReason == null) {
      term.stopReason = reason;
    }
  }

  /** From now on there is no run; returns what {@link #isClosed} wants to know. */
  synchronized long end() {
    Optional.ofNullable(term).ifPresent(last -> last.ended = true);
    return renewals;
  }

  /** Every living executor has said since then that it has no runtime of the run open. */
  synchronized boolean isClosed(long since) {
    return living().allMatch(member -> member.renewal > since && !member.open);
  }

  synchronized void remove(String executorId) {
    removed.add(executorId);
    budget().ifPresent(book -> book.gone(executorId));
  }

  /** Its process has ended: what it held is free. */
  synchronized void exited(String executorId) {
    Optional.ofNullable(term).ifPresent(last -> last.governor.exited(executorId));
  }

  synchronized RenewalReply renew(Renewal renewal) {
    Member member = members.computeIfAbsent(renewal.executorId(), Member::new);
    member.host = renewal.host();
    member.renewedNanos = nanoClock.getAsLong();
    member.renewal = ++renewals;
    note(member, renewal.activities());
    Term now = current();
    if (now == null) {
      return RenewalReply.NO_RUN;
    }
    note(now, member, renewal.proof());
    String refusal = refusal(now, member);
    if (refusal == null) {
      member.leasedRun = now.order.runId();
      member.leaseEndNanos = member.renewedNanos + Lease.LIFE.toNanos();
    }
    RunOrder proofOrder = member.told == null ? now.order : null;
    return new RenewalReply(
        now.order.runId(),
        now.token,
        refusal,
        now.stopReason,
        proofOrder,
        refusal == null ? allowances(now, renewal) : List.of(),
        refusal == null ? purses(now, renewal) : List.of());
  }

  private static List<PurseAllowance> purses(Term now, Renewal renewal) {
    return now.governor.budget().stream()
        .flatMap(
            book ->
                renewal.activities().stream()
                    .filter(now::covers)
                    .map(Activity::purse)
                    .filter(Objects::nonNull)
                    .map(report -> book.allow(report.purse())))
        .toList();
  }

  /** Of the run, or of the last one. */
  synchronized Optional<BudgetBook> budget() {
    return Optional.ofNullable(term).flatMap(last -> last.governor.budget());
  }

  private static List<Allowance> allowances(Term now, Renewal renewal) {
    List<AccountReport> reports =
        renewal.activities().stream()
            .filter(now::covers)
            .flatMap(activity -> activity.accounts().stream())
            .toList();
    return now.governor.renew(renewal.executorId(), reports);
  }

  private void note(Member member, List<Activity> activities) {
    Term last = term;
    member.open = false;
    for (Activity activity : activities) {
      if (last != null && last.covers(activity)) {
        member.open |= activity.open();
        member.counts = activity.counts();
        note(last, activity.accountStop());
        note(last, member, activity.purse());
      }
    }
  }

  private static void note(Term last, Member member, @Nullable PurseReport purse) {
    if (purse != null) {
      last.governor.budget().ifPresent(book -> book.report(member.executorId, purse));
    }
  }

  private static void note(Term last, @Nullable AccountStop stop) {
    if (stop != null && last.accountStop == null) {
      last.accountStop = stop;
      last.stopReason = last.stopReason == null ? stop.message() : last.stopReason;
    }
  }

  private void note(Term now, Member member, @Nullable Proof proof) {
    if (proof == null || !proof.token().equals(now.token) || isRemoved(member)) {
      return;
    }
    member.told = proof;
    if (proof.failure() != null) {
      failProof(now, member, "does not see what the driver wrote", proof.failure());
    }
  }

  private @Nullable String refusal(Term now, Member member) {
    if (now.stopReason != null) {
      return "the run is stopped: " + now.stopReason;
    }
    if (now.proofFailure != null) {
      return now.proofFailure;
    }
    if (isRemoved(member)) {
      return "Spark has removed the executor";
    }
    if (!member.proven) {
      return "the executor's proof that it shares the folders is outstanding";
    }
    return now.mayGrant.getAsBoolean() ? null : "the driver's own lock is stale";
  }

  /** A proof that was told and is neither read nor being read: it is now. */
  synchronized Optional<Proof> proofToRead(String executorId) {
    Member member = members.get(executorId);
    if (current() == null || member == null || !member.hasProofToRead()) {
      return Optional.empty();
    }
    member.beingRead = true;
    return Optional.of(member.told);
  }

  /** Its files hold what it told. */
  synchronized void proved(String executorId, Proof proof) {
    Optional.ofNullable(members.get(executorId))
        .filter(member -> proof.equals(member.told))
        .ifPresent(member -> member.proven = true);
  }

  /** They do not; it may tell its proof again, some times. */
  synchronized void notProved(String executorId, Proof proof, String why) {
    Member member = members.get(executorId);
    Term now = current();
    if (now == null || member == null || !proof.equals(member.told) || isRemoved(member)) {
      return;
    }
    member.beingRead = false;
    if (++member.proofFailures >= PROOF_TRIES) {
      failProof(now, member, "wrote what the driver does not see", why);
    }
  }

  private static void failProof(Term now, Member member, String what, String why) {
    if (now.proofFailure == null) {
      now.proofFailure =
          "Folders are not shared: %s %s (%s). Use a path that every machine sees, such as hdfs:// or a shared mount."
              .formatted(member, what, why);
      now.stopReason = now.stopReason == null ? now.proofFailure : now.stopReason;
    }
  }

  synchronized Optional<String> proofFailure() {
    return Optional.ofNullable(term).map(last -> last.proofFailure);
  }

  /** What an executor told, which may be gone since. */
  synchronized Optional<AccountStop> accountStop() {
    return Optional.ofNullable(term).map(last -> last.accountStop);
  }

  /** Known, not removed and not silent for long. */
  synchronized Set<String> livingIds() {
    return living().map(member -> member.executorId).collect(Collectors.toUnmodifiableSet());
  }

  /** At least one living executor has proved, and no living one of these has not. */
  synchronized boolean haveProved(Set<String> awaited) {
    return living().anyMatch(member -> member.proven) && unproved(awaited).isEmpty();
  }

  /** Those of them that are living, in words. */
  synchronized List<String> unproved(Set<String> awaited) {
    return living()
        .filter(member -> awaited.contains(member.executorId))
        .filter(member -> !member.proven)
        .map(Member::toString)
        .toList();
  }

  /** See {@link ExecutorAgent#awaitQuiet}. Costs a look at each executor. */
  synchronized QuietReply quiet(QuietAsk ask) {
    long mark = ask.since() == QuietAsk.FIRST ? renewals : ask.since();
    Term now = current();
    boolean isOver = now == null || !now.order.runId().equals(ask.runId());
    String why = isOver ? "it is over" : now.stopReason;
    if (why != null) {
      return new QuietReply(mark, false, "Run " + ask.runId() + " is stopped: " + why);
    }
    boolean quiet =
        members.values().stream()
            .filter(member -> !member.executorId.equals(ask.executorId()))
            .allMatch(member -> isAccountedFor(member, ask.runId(), mark));
    return new QuietReply(mark, quiet, null);
  }

  /** Renewing since does not help one that Spark gave up: its tasks run elsewhere by now. */
  private boolean isAccountedFor(Member member, String runId, long mark) {
    return !mayCall(member, runId) || (member.renewal > mark && !isRemoved(member));
  }

  /** Of one executor in the whole session. */
  synchronized Counts counts(String executorId) {
    Counts before = earlier.getOrDefault(executorId, Counts.NONE);
    Member member = members.get(executorId);
    return member == null ? before : before.plus(now(member));
  }

  /** The same of all together. */
  synchronized Counts counts() {
    return Stream.concat(earlier.values().stream(), members.values().stream().map(this::now))
        .reduce(Counts.NONE, Counts::plus);
  }

  /** Of one that is gone nothing is under way. */
  private Counts now(Member member) {
    return isLiving(member) ? member.counts : member.counts.ended();
  }

  /** Of the run that is under way; none between runs. */
  synchronized List<AccountLoad> loads() {
    Term now = current();
    return now == null ? List.of() : now.governor.loads();
  }

  private @Nullable Term current() {
    return term == null || term.ended ? null : term;
  }

  private Stream<Member> living() {
    return members.values().stream().filter(this::isLiving);
  }

  private boolean isLiving(Member member) {
    return !isRemoved(member) && nanoClock.getAsLong() - member.renewedNanos <= SILENCE.toNanos();
  }

  private boolean isRemoved(Member member) {
    return removed.contains(member.executorId);
  }

  private boolean mayCall(Member member, String runId) {
    return runId.equals(member.leasedRun) && nanoClock.getAsLong() - member.leaseEndNanos < 0;
  }
}
