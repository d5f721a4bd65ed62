package io.holdfast.auditservice.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.holdfast.auditservice.domain.Finding;
import io.holdfast.auditservice.trail.Verification.FirstBroken;
import io.holdfast.auditservice.trail.Verification.Report;
import io.holdfast.auditservice.trail.Verification.Source;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A verification as clients see it.
 *
 * @param head hex; to be remembered and given to a later verification, with {@code entries}
 * @param firstBroken absent while intact
 */
record ReportView(
        @JsonProperty("intact") boolean intact,
        @JsonProperty("entries") long entries,
        @JsonProperty("head") String head,
        @JsonProperty("firstBroken") @Nullable BreakView firstBroken,
        @JsonProperty("sources") List<SourceView> sources,
        @JsonProperty("findings") List<FindingView> findings,
        @JsonProperty("findingsTotal") long findingsTotal,
        @JsonProperty("deadLetters") long deadLetters) {

    record BreakView(
            @JsonProperty("position") long position,
            @JsonProperty("reason") String reason) {
        static BreakView of(FirstBroken at) {
            return new BreakView(at.position(), at.reason());
        }
    }

    record SourceView(
            @JsonProperty("source") String source,
            @JsonProperty("epoch") long epoch,
            @JsonProperty("first") long first,
            @JsonProperty("last") long last,
            @JsonProperty("count") long count,
            @JsonProperty("contiguous") boolean contiguous) {
        static SourceView of(Source source) {
            return new SourceView(
                    source.source(),
                    source.epoch(),
                    source.first(),
                    source.last(),
                    source.count(),
                    source.contiguous());
        }
    }

    record FindingView(
            @JsonProperty("kind") String kind,
            @JsonProperty("source") String source,
            @JsonProperty("epoch") long epoch,
            @JsonProperty("firstSequence") long firstSequence,
            @JsonProperty("lastSequence") long lastSequence,
            @JsonProperty("beforePosition") long beforePosition,
            @JsonProperty("foundAt") Instant foundAt) {
        static FindingView of(Finding finding) {
            return new FindingView(
                    finding.kind().name(),
                    finding.source(),
                    finding.epoch(),
                    finding.firstSequence(),
                    finding.lastSequence(),
                    finding.beforePosition(),
                    finding.foundAt());
        }
    }

    static ReportView of(Report report) {
        return new ReportView(
                report.intact(),
                report.entries(),
                HexFormat.of().formatHex(report.head().hash().toArray()),
                report.firstBroken().map(BreakView::of).orElse(null),
                report.sources().stream().map(SourceView::of).toList(),
                report.findings().stream().map(FindingView::of).toList(),
                report.findingsTotal(),
                report.deadLetters());
    }
}
