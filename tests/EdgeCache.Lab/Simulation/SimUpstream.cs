using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;

namespace EdgeCache.Lab.Simulation;

/// <summary>What the upstream of a simulation does when chance gives it its turn: it answers rightly or badly, and its bodies go on or break. The same chance, the same deeds.</summary>
/// <param name="harm">Told of digests whose fills may fail by what it did, and whether it has sent wrong bytes.</param>
/// <param name="note">Told of what it does.</param>
internal sealed class SimUpstream(Random chance, SimContent content, SimOrigin origin, Action<Digest, bool> harm, Action<string> note)
{
    /// <summary>So often a body may be cut before a fill may give up.</summary>
    private const int MaxCuts = 5;

    private readonly Dictionary<Digest, int> _cuts = [];

    public int Answers { get; private set; }

    public int Faults { get; private set; }

    public string NameOf(SimQuestion question) => $"{(question.IsFill ? "the fill of" : "the question for")} {content.Find(question.Digest)} in {question.Repository}";

    public void Answer(SimQuestion question, bool isFault)
    {
        var wanted = content.Find(question.Digest);
        var holds = wanted.Holders.Contains(question.Repository);
        Answers++;
        if (isFault)
        {
            Faults++;
            harm(question.Digest, true);
            AnswerBadly(question, wanted, holds);
            return;
        }

        note($"upstream answers {NameOf(question)}: {(holds ? "the bytes" : "not found")}");
        if (holds)
        {
            var offset = (int)Math.Min(question.Offset, wanted.Bytes.Length);
            long? length = Chance(80) ? wanted.Bytes.Length - offset : null;
            origin.AnswerBytes(question, wanted.Bytes[offset..], length, offset);
        }
        else
        {
            origin.Answer(question, new OriginAnswer(OriginOutcome.NotFound) { StatusCode = 404, Reason = "not found" });
        }
    }

    private void AnswerBadly(SimQuestion question, SimObject wanted, bool holds)
    {
        OriginOutcome[] failures = [OriginOutcome.Unavailable, OriginOutcome.RateLimited, OriginOutcome.NotFound, OriginOutcome.Denied, OriginOutcome.Unauthorized, OriginOutcome.BadAnswer];
        var how = holds ? chance.Next(5) : 0;
        var offset = (int)Math.Min(question.Offset, wanted.Bytes.Length);
        var bytes = wanted.Bytes[offset..];
        note($"upstream answers {NameOf(question)} badly, way {how}");
        switch (how)
        {
            case 1 when bytes.Length > 0:
                bytes[chance.Next(bytes.Length)] ^= 0x40;
                origin.AnswerBytes(question, bytes, bytes.Length, offset);
                break;
            case 2:
                origin.AnswerBytes(question, [.. bytes, 1, 2, 3], Chance(50) ? bytes.Length + 3 : null, offset);
                break;
            case 3:
                origin.AnswerBytes(question, bytes[..(bytes.Length / 2)], Chance(50) ? bytes.Length / 2 : null, offset);
                break;
            case 4 when offset > 0:
                // Ranges are ignored.
                origin.AnswerBytes(question, [.. wanted.Bytes], wanted.Bytes.Length, 0);
                break;
            default:
                origin.Answer(question, new OriginAnswer(Pick(failures)) { Reason = "simulated" });
                break;
        }
    }

    public void Feed(SimQuestion question, SimBody body, bool isFault)
    {
        if (!body.IsWaiting)
        {
            return;
        }

        if (isFault)
        {
            Faults++;
            var cuts = _cuts[question.Digest] = _cuts.GetValueOrDefault(question.Digest) + 1;
            if (cuts >= MaxCuts || !body.HasLength)
            {
                harm(question.Digest, false);
            }

            note($"the body of {NameOf(question)} breaks off, {body.LeftBytes} B before its end");
            switch (chance.Next(3))
            {
                case 0:
                    body.EndEarly();
                    break;
                case 1:
                    body.Break(new IOException("simulated"));
                    break;
                default:
                    body.Break(new TimeoutException("simulated"));
                    break;
            }

            return;
        }

        var bytes = chance.Next(1, 150_000);
        note($"the body of {NameOf(question)} gets {Math.Min(bytes, body.LeftBytes)} B");
        body.Deliver(bytes);
    }

    private bool Chance(int percent) => chance.Next(100) < percent;

    private T Pick<T>(IReadOnlyList<T> among) => among[chance.Next(among.Count)];
}
