using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Index;

/// <summary>
/// Reads a generation's entries from its files, in the order of writing. FasterLog's own scan trusts lengths before it has checked anything and needs its
/// commit metadata; this one reads plain files, checks every length and every entry's CRC-32C, and takes any damage as the end of the page it is in:
/// no bytes make it throw, and none that were not written come out. Not thread-safe.
/// </summary>
internal sealed class JournalReader : IDisposable
{
    private readonly string _folder;
    private readonly List<int> _segments;
    private readonly byte[] _page = new byte[JournalLayout.PageBytes];
    private SafeFileHandle? _file;
    private int _nextSegment;
    private long _nextPageOffset;
    private int _pageLength;
    private int _offset;

    public JournalReader(string folder)
    {
        _folder = folder;
        _segments = FindSegments(folder);
    }

    /// <summary>How many pages were left because of damage; an unfinished page at the end of a journal that was not closed counts too.</summary>
    public int DamagedPlaces { get; private set; }

    public long EntriesRead { get; private set; }

    /// <summary>The next entry, valid until the next call; false at the end.</summary>
    public bool TryRead(out JournalRecord record)
    {
        while (true)
        {
            if (TryReadInPage(out record))
            {
                EntriesRead++;
                return true;
            }

            if (!TryLoadPage())
            {
                return false;
            }
        }
    }

    public void Dispose() => _file?.Dispose();

    private static List<int> FindSegments(string folder)
    {
        try
        {
            return JournalLayout.FindSegments(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private bool TryReadInPage(out JournalRecord record)
    {
        record = default;
        var rest = _page.AsSpan(_offset, _pageLength - _offset);
        if (rest.Length < JournalLayout.HeaderBytes)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(rest[JournalLayout.LengthOffset..]);
        if (length == 0)
        {
            return false;
        }

        if (length < 0 || length > JournalRecord.MaxBytes || length > rest.Length - JournalLayout.HeaderBytes
            || !JournalRecord.TryParse(rest.Slice(JournalLayout.HeaderBytes, length), out record))
        {
            DamagedPlaces++;
            _offset = _pageLength;
            return false;
        }

        _offset = Math.Min(_pageLength, _offset + JournalLayout.HeaderBytes + JournalLayout.AlignEntry(length));
        return true;
    }

    private bool TryLoadPage()
    {
        while (true)
        {
            if (_file is null && !TryOpenSegment())
            {
                return false;
            }

            _offset = _segments[_nextSegment - 1] == 0 && _nextPageOffset == 0 ? JournalLayout.FirstEntryOffset : 0;
            _pageLength = ReadPage();
            _nextPageOffset += JournalLayout.PageBytes;
            if (_pageLength > _offset)
            {
                return true;
            }

            _offset = _pageLength = 0;
            _file?.Dispose();
            _file = null;
        }
    }

    private bool TryOpenSegment()
    {
        while (_nextSegment < _segments.Count)
        {
            try
            {
                _file = File.OpenHandle(
                    $"{JournalLayout.SegmentsOf(_folder)}.{_segments[_nextSegment++]}", share: FileShare.ReadWrite | FileShare.Delete);
                _nextPageOffset = 0;
                return true;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                DamagedPlaces++;
            }
        }

        return false;
    }

    /// <summary>The bytes of the next page that the file has; none at its end, or where it cannot be read.</summary>
    private int ReadPage()
    {
        var length = 0;
        try
        {
            while (length < _page.Length)
            {
                var read = RandomAccess.Read(_file!, _page.AsSpan(length), _nextPageOffset + length); // TryLoadPage has opened it.
                if (read == 0)
                {
                    break;
                }

                length += read;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            DamagedPlaces++;
        }

        return length;
    }
}
