namespace EdgeCache.Testing.Origin;

/// <summary>Makes Kestrel end a connection inside a body; nobody but the fake origin sees it.</summary>
internal sealed class ScriptedCutException : Exception;
