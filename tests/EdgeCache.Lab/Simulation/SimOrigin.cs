using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;

namespace EdgeCache.Lab.Simulation;

/// <summary>The upstreams of a simulation: every question and every read of a body waits for the simulation's word. Safe for concurrent use.</summary>
internal sealed class SimOrigin
{
    // Protects both lists.
    private readonly Lock _gate = new();
    private readonly List<SimQuestion> _questions = [];
    private readonly List<(SimQuestion Question, SimBody Body)> _bodies = [];

    public SimOrigin()
    {
        ForFills = new Port(this, isFill: true);
        ForConfirmations = new Port(this, isFill: false);
    }

    public IOrigin ForFills { get; }

    public IOrigin ForConfirmations { get; }

    /// <summary>What waits for an answer, in an order that does not depend on threads. A question that was given up waits for none, though its asker has not seen it yet.</summary>
    public IReadOnlyList<SimQuestion> Questions
    {
        get
        {
            lock (_gate)
            {
                return [.. _questions.Where(question => !question.Answer.Task.IsCompleted).OrderBy(question => $"{question.Digest} {question.Repository} {question.IsFill}", StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Bodies that are open, in an order that does not depend on threads.</summary>
    public IReadOnlyList<(SimQuestion Question, SimBody Body)> Bodies
    {
        get
        {
            lock (_gate)
            {
                _bodies.RemoveAll(open => open.Body.IsClosed);
                return [.. _bodies.OrderBy(open => $"{open.Question.Digest} {open.Question.Repository}", StringComparer.Ordinal)];
            }
        }
    }

    public void Answer(SimQuestion question, OriginAnswer answer)
    {
        lock (_gate)
        {
            _questions.Remove(question);
        }

        question.Answer.TrySetResult(answer);
    }

    /// <summary>An answer with a body.</summary>
    /// <param name="bytes">What is sent, which need not be what was asked for.</param>
    public void AnswerBytes(SimQuestion question, byte[] bytes, long? lengthBytes, long offset)
    {
        var body = new SimBody(bytes, lengthBytes is not null);
        lock (_gate)
        {
            _bodies.Add((question, body));
        }

        Answer(question, new OriginAnswer(OriginOutcome.Found, body) { ContentLength = lengthBytes, Offset = offset, StatusCode = offset > 0 ? 206 : 200 });
    }

    private async ValueTask<OriginAnswer> AskAsync(SimQuestion question, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _questions.Add(question);
        }

        using var stop = cancellationToken.UnsafeRegister(_ => question.Answer.TrySetCanceled(cancellationToken), null);
        try
        {
            return await question.Answer.Task;
        }
        finally
        {
            lock (_gate)
            {
                _questions.Remove(question);
            }
        }
    }

    private sealed class Port(SimOrigin origin, bool isFill) : IOrigin
    {
        public ValueTask<OriginAnswer> GetManifestAsync(RepositoryKey repository, ManifestQuery query, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<OriginAnswer> HeadManifestAsync(
            RepositoryKey repository, Reference reference, ManifestTypes accept, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<OriginAnswer> GetBlobAsync(RepositoryKey repository, Digest digest, ResumePoint from, CancellationToken cancellationToken) =>
            origin.AskAsync(new SimQuestion(repository, digest, from.Offset, isFill, new(TaskCreationOptions.RunContinuationsAsynchronously)), cancellationToken);
    }
}
