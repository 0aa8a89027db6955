using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace EdgeCache.Tests.Architecture;

/// <summary>The references that each type of an assembly makes, read from its metadata and IL without loading it.</summary>
internal sealed class CompiledAssembly : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;

    public CompiledAssembly(string fileName)
    {
        _file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, fileName)));
        _metadata = _file.GetMetadataReader();
    }

    public IEnumerable<string> ReferencedAssemblies =>
        _metadata.AssemblyReferences.Select(handle => _metadata.GetString(_metadata.GetAssemblyReference(handle).Name));

    /// <summary>The names of all types that were written by hand, nested ones with a plus sign.</summary>
    public IEnumerable<string> TypeNames =>
        _metadata.TypeDefinitions.Select(handle => TypeNameReader.NameOf(_metadata, handle)).Where(name => !name.Contains('<', StringComparison.Ordinal));

    /// <summary>The constants of an integer type that the type of this name declares.</summary>
    public IEnumerable<(string Name, int Value)> ConstantsOf(string typeName)
    {
        foreach (var handle in _metadata.TypeDefinitions.Where(handle => TypeNameReader.NameOf(_metadata, handle) == typeName))
        {
            foreach (var field in _metadata.GetTypeDefinition(handle).GetFields().Select(_metadata.GetFieldDefinition))
            {
                var constant = field.GetDefaultValue();
                if (!constant.IsNil && _metadata.GetConstant(constant).TypeCode == ConstantTypeCode.Int32)
                {
                    yield return (_metadata.GetString(field.Name), _metadata.GetBlobReader(_metadata.GetConstant(constant).Value).ReadInt32());
                }
            }
        }
    }

    /// <summary>Pairs of an outermost type and a type it names, in signatures, bodies, attributes, base types or interfaces.</summary>
    public HashSet<(string From, string To)> References()
    {
        var pairs = new HashSet<(string, string)>();
        foreach (var handle in _metadata.TypeDefinitions)
        {
            var names = new TypeNameReader(_metadata);
            Collect(_metadata.GetTypeDefinition(handle), names);
            var from = Outermost(TypeNameReader.NameOf(_metadata, handle));
            pairs.UnionWith(names.Found.Select(Outermost).Where(to => to != from).Select(to => (from, to)));
        }

        return pairs;
    }

    public void Dispose() => _file.Dispose();

    private void Collect(TypeDefinition type, TypeNameReader names)
    {
        names.Add(type.BaseType);
        foreach (var implemented in type.GetInterfaceImplementations())
        {
            names.Add(_metadata.GetInterfaceImplementation(implemented).Interface);
        }

        AddAttributes(type.GetCustomAttributes(), names);
        foreach (var field in type.GetFields().Select(_metadata.GetFieldDefinition))
        {
            field.DecodeSignature(names, null);
            AddAttributes(field.GetCustomAttributes(), names);
        }

        foreach (var method in type.GetMethods().Select(_metadata.GetMethodDefinition))
        {
            method.DecodeSignature(names, null);
            AddAttributes(method.GetCustomAttributes(), names);
            if (method.RelativeVirtualAddress != 0)
            {
                CollectBody(_file.GetMethodBody(method.RelativeVirtualAddress), names);
            }
        }
    }

    private void CollectBody(MethodBodyBlock body, TypeNameReader names)
    {
        names.Add(body.LocalSignature);
        foreach (var region in body.ExceptionRegions)
        {
            names.Add(region.CatchType);
        }

        foreach (var token in IlTokens.Read(body.GetILReader()))
        {
            names.Add(token);
        }
    }

    private void AddAttributes(CustomAttributeHandleCollection attributes, TypeNameReader names)
    {
        foreach (var attribute in attributes)
        {
            names.Add(_metadata.GetCustomAttribute(attribute).Constructor);
        }
    }

    private static string Outermost(string typeName) => typeName.Split('+')[0];
}
