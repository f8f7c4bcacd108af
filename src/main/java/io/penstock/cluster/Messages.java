package io.penstock.cluster;

import io.penstock.limit.AccountReport;
import io.penstock.limit.Allowance;
import io.penstock.limit.PurseAllowance;
import io.penstock.limit.PurseReport;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What executors ask the driver, and its replies. All immutable: in one JVM they are not copied.
 */
final class Messages {
  private Messages() {}

  /**
   * Asks for the lease of the next seconds and tells what the driver should know.
   *
   * @param activities of the runs that have a runtime in this JVM; usually one or none
   * @param proof null until there is something to tell
   */
  record Renewal(String executorId, String host, List<Activity> activities, @Nullable Proof proof)
      implements Serializable {
    Renewal {
      activities = List.copyOf(activities);
    }
  }

  /**
   * @param token of the run's execution, null before the driver named it
   * @param open false: its runtime has been closed, the counts are final
   * @param accounts none once it is closed
   * @param accountStop why no executor may call any more, or null
   * @param purse null where the run has no budget
   */
  record Activity(
      String runId,
      @Nullable String token,
      boolean open,
      Counts counts,
      List<AccountReport> accounts,
      @Nullable AccountStop accountStop,
      @Nullable PurseReport purse)
      implements Serializable {
    Activity {
      accounts = List.copyOf(accounts);
    }
  }

  /**
   * What became of an executor's attempt to prove that it sees the driver's folders: either a file
   * in each of them, or why not.
   *
   * @param token of the execution it is for, as the driver wrote it
   * @param file name of the executor's token file in each folder
   * @param ownToken what that file holds
   * @param failure null when it saw them all
   */
  record Proof(
      String token, @Nullable String file, @Nullable String ownToken, @Nullable String failure)
      implements Serializable {}

  /**
   * @param runId null: no run is under way
   * @param token random, a new one for each execution of a run
   * @param refusal null: granted
   * @param proofOrder null once the executor told its proof
   * @param allowances one for each account that was reported; none where nothing is granted
   * @param purses one for each purse that was reported; the same
   */
  record RenewalReply(
      @Nullable String runId,
      @Nullable String token,
      @Nullable String refusal,
      @Nullable String stopReason,
      @Nullable RunOrder proofOrder,
      List<Allowance> allowances,
      List<PurseAllowance> purses)
      implements Serializable {
    static final RenewalReply NO_RUN =
        new RenewalReply(null, null, "no run is under way", null, null, List.of(), List.of());

    RenewalReply {
      allowances = List.copyOf(allowances);
      purses = List.copyOf(purses);
    }

    boolean granted() {
      return refusal == null;
    }
  }

  /**
   * Asks for a provider's secrets.
   *
   * @param refused the version in whose place others are asked for; {@link #ANY}: whatever there is
   */
  record SecretAsk(String provider, int refused) implements Serializable {
    static final int ANY = Integer.MIN_VALUE;
  }

  /**
   * @param held null: they are being read, ask again
   */
  record SecretReply(@Nullable HeldSecrets held) implements Serializable {}

  /**
   * Asks whether the other executors are accounted for.
   *
   * @param since the mark of the reply before, or {@link #FIRST}
   */
  record QuietAsk(String executorId, String runId, long since) implements Serializable {
    static final long FIRST = -1;
  }

  /**
   * @param over why waiting makes no sense any more, or null
   */
  record QuietReply(long mark, boolean quiet, @Nullable String over) implements Serializable {}
}
